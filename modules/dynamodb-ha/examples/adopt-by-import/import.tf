# For a table that Terraform does not hold yet (made by SAM, the console or another state,
# which must let go of it first: `terraform state rm`, or DeletionPolicy: Retain in SAM).

import {
  to = module.products.aws_dynamodb_table.this
  id = "plain-products"
}

import {
  to = module.products.module.autoscaling.aws_appautoscaling_target.this["read"]
  id = "dynamodb/table/plain-products/dynamodb:table:ReadCapacityUnits"
}

# The seed's policy has another name than the module's, and a target takes only one
# policy of a metric: import it to have it replaced.
import {
  to = module.products.module.autoscaling.aws_appautoscaling_policy.this["read"]
  id = "dynamodb/table/plain-products/dynamodb:table:ReadCapacityUnits/ReadAutoScalingPolicy"
}
