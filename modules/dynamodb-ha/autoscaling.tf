module "autoscaling" {
  source = "./modules/autoscaling"

  table             = { name = aws_dynamodb_table.this.name, arn = aws_dynamodb_table.this.arn }
  targets           = local.targets
  scheduled_actions = local.scheduled_actions
  tags              = var.tags
}
