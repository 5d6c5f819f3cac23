# In the configuration, and so in the state, that already holds the plain table: the table
# keeps its data, and what the seed scaled keeps its limits. Once every state has been
# applied, these blocks may go.

moved {
  from = aws_dynamodb_table.products
  to   = module.products.aws_dynamodb_table.this
}

moved {
  from = aws_appautoscaling_target.products_read
  to   = module.products.module.autoscaling.aws_appautoscaling_target.this["read"]
}

moved {
  from = aws_appautoscaling_policy.products_read
  to   = module.products.module.autoscaling.aws_appautoscaling_policy.this["read"]
}
