output "api_name" {
  description = "The API's name: the dimension ApiName of its metrics."
  value       = aws_api_gateway_rest_api.this.name
}

output "certificate_arn" {
  description = "The ARN of the validated certificate for both host names."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "deployment_triggers" {
  description = "A hash of all that is only live after a deployment; it changes when the stage was given a new one."
  value       = aws_api_gateway_deployment.this.triggers
}

output "domain_targets" {
  description = "Where an alias record for each host name (public, regional) points: the domain's name and hosted zone in this region."
  value = {
    for key, domain in aws_api_gateway_domain_name.this : key => {
      domain_name = domain.regional_domain_name
      zone_id     = domain.regional_zone_id
    }
  }
}

output "execution_arn" {
  description = "The ARN prefix by which permissions name the API's methods."
  value       = aws_api_gateway_rest_api.this.execution_arn
}

output "log_group_names" {
  description = "The names of the access, execution and firewall log groups."
  value = {
    access    = aws_cloudwatch_log_group.access.name
    execution = aws_cloudwatch_log_group.execution.name
    waf       = module.firewall.log_group_name
  }
}

output "rest_api_id" {
  description = "The id of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "stage_name" {
  description = "The name of the stage that serves traffic."
  value       = aws_api_gateway_stage.live.stage_name
}

output "web_acl_arn" {
  description = "The ARN of the firewall's web ACL."
  value       = module.firewall.web_acl_arn
}
