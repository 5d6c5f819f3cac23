module "vault" {
  source = "./modules/vault"

  name          = "${var.name}-vault"
  lock          = var.lock
  force_destroy = var.force_destroy
  tags          = var.tags
}

module "dr_vault" {
  source = "./modules/vault"

  providers = { aws = aws.replica }

  name          = "${var.name}-vault-dr"
  lock          = var.lock
  force_destroy = var.force_destroy
  tags          = var.tags
}
