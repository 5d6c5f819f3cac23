# What `ha failover` needs on AWS; attach it to the role that on-call engineers assume.

resource "aws_iam_policy" "operator" {
  name        = "${var.name}-failover-operator"
  description = "Read and change the STOP switch of ${var.name} in ${local.region}."
  tags        = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadAndChangeTheSwitch"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"]
        Resource = [module.table.table_arn]
      },
      {
        Sid       = "UseTableKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [module.table.kms_key_arns[local.region]]
        Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.${local.region}.amazonaws.com"] } }
      },
    ]
  })
}
