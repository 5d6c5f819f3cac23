module "vault" {
  source = "./modules/vault"

  name                 = "${var.name}-vault"
  allowed_regions      = var.allowed_regions
  break_glass_role_arn = one(aws_iam_role.break_glass[*].arn)
  lock                 = var.lock
  force_destroy        = var.force_destroy
  tags                 = var.tags
}

module "dr_vault" {
  source = "./modules/vault"

  providers = { aws = aws.replica }

  name                 = "${var.name}-vault-dr"
  allowed_regions      = var.allowed_regions
  break_glass_role_arn = one(aws_iam_role.break_glass[*].arn)
  lock                 = var.lock
  force_destroy        = var.force_destroy
  tags                 = var.tags
}
