# Both regions on one page. Dashboards are global, so one environment makes it: this one, because it can still be
# changed while the primary region is down.
module "global_dashboard" {
  source = "../../modules/monitoring/modules/global-dashboard"

  name          = var.name
  regions       = [var.primary_region, var.dr_region]
  api_name      = module.regional_api.api_name
  function_name = module.regional_api.products_function_name
  table_name    = local.products_table_name
  availability  = module.regional_api.availability_objective
  canary        = merge(module.regional_api.canary, { targets = keys(module.regional_api.canary.targets) })
  alarm_names   = module.regional_api.headline_alarm_names

  regional_alarm_names = { (var.dr_region) = module.regional_api.stop_switch.alarm_names }
}
