# The one way to end the life of a recovery point by hand: for a court's order, an erasure that cannot wait for
# expiry, or secrets that were backed up by mistake. Nobody works with this role; a person assumes it with MFA, and the
# audit trail shows that.

resource "aws_iam_role" "break_glass" {
  count = var.break_glass == null ? 0 : 1

  name                 = "${var.name}-backup-break-glass"
  description          = "Deletes recovery points of ${var.name}, in an emergency and with MFA"
  max_session_duration = 3600
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = length(var.break_glass.trusted_principal_arns) > 0 ? sort(var.break_glass.trusted_principal_arns) : ["arn:${data.aws_partition.current.partition}:iam::${local.account_id}:root"] }
      Action    = "sts:AssumeRole"
      Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } }
    }]
  })
}

# A locked vault refuses the deletion all the same, so the role can lift a governance lock; a compliance lock nobody can.
resource "aws_iam_role_policy" "break_glass" {
  count = var.break_glass == null ? 0 : 1

  name = "end-the-life-of-recovery-points"
  role = aws_iam_role.break_glass[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LookAndLiftAGovernanceLock"
        Effect = "Allow"
        Action = [
          "backup:DeleteBackupVaultLockConfiguration",
          "backup:DescribeBackupVault",
          "backup:ListRecoveryPointsByBackupVault",
          "backup:PutBackupVaultLockConfiguration",
        ]
        Resource = [module.vault.arn, module.dr_vault.arn]
      },
      {
        # A recovery point has an ARN of its own, made by AWS, which does not name its vault.
        Sid      = "EndTheLifeOfARecoveryPoint"
        Effect   = "Allow"
        Action   = ["backup:DeleteRecoveryPoint", "backup:DescribeRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
        Resource = "arn:${data.aws_partition.current.partition}:backup:*:${local.account_id}:recovery-point:*"
      },
    ]
  })
}
