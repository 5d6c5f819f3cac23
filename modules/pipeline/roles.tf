# CodePipeline's role starts the builds; each build has the role of its access and no more:
#   none    the build's own log and artifacts
#   read    also what a plan reads; of the state buckets, only the locks can be written
#   prove   also what the smoke test reads, and moving the aliases of the deployment's functions back, with a note of it
#   deploy  also the states, and what Terraform makes, by the deployment's name

locals {
  # Names of buckets are global and end with account and region, so that a long name is cut short in them.
  short_name    = trimsuffix(substr(var.name, 0, 26), "-")
  policy_values = { name = var.name, short_name = local.short_name, account = local.account_id, partition = local.partition, pipeline = local.pipeline_name }

  read_statements   = yamldecode(templatefile("${path.module}/policies/read.yaml", local.policy_values))
  prove_statements  = yamldecode(templatefile("${path.module}/policies/prove.yaml", local.policy_values))
  deploy_statements = yamldecode(templatefile("${path.module}/policies/deploy.yaml", local.policy_values))

  state_arns = [for state in values(var.state_buckets) : "arn:${local.partition}:s3:::${state.bucket}"]
  state_keys = [for state in values(var.state_buckets) : "arn:${local.partition}:kms:${state.region}:${local.account_id}:key/*"]

  state_read_statements = [
    { Sid = "FindState", Effect = "Allow", Action = ["s3:ListBucket"], Resource = local.state_arns },
    {
      Sid      = "ReadState"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = flatten([for arn in local.state_arns : ["${arn}/envs/*", "${arn}/releases/*"]])
    },
    {
      Sid      = "LockState"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:PutObject"]
      Resource = [for arn in local.state_arns : "${arn}/envs/*.tflock"]
    },
    {
      Sid       = "UseStateKeys"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = local.state_keys
      Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/${var.name}-state"] } }
    },
  ]

  state_write_statements = [{
    Sid      = "WriteState"
    Effect   = "Allow"
    Action   = ["s3:PutObject"]
    Resource = [for arn in local.state_arns : "${arn}/envs/*/terraform.tfstate"]
  }]

  release_statements = [{
    Sid      = "NoteRelease"
    Effect   = "Allow"
    Action   = ["s3:PutObject"]
    Resource = [for arn in local.state_arns : "${arn}/releases/*.json"]
  }]

  token_statements = concat(
    [{
      Sid      = "ReadSmokeToken"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = ["arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${var.smoke_token_parameter.name}"]
    }],
    [for arn in var.smoke_token_parameter.key_arn[*] : { Sid = "DecryptSmokeToken", Effect = "Allow", Action = ["kms:Decrypt"], Resource = [arn] }],
  )

  statements = {
    none   = []
    read   = concat(local.state_read_statements, local.read_statements)
    prove  = concat(local.state_read_statements, local.release_statements, local.read_statements, local.prove_statements, local.token_statements)
    deploy = concat(local.state_read_statements, local.state_write_statements, local.release_statements, local.read_statements, local.deploy_statements)
  }

  build_statements = [
    {
      Sid      = "WriteOwnLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/codebuild/${local.pipeline_name}-*"]
    },
    { Sid = "HandArtifactsOn", Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], Resource = ["${module.artifacts.arn}/*"] },
    { Sid = "UsePipelineKey", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [aws_kms_key.pipeline.arn] },
    { Sid = "CloneSource", Effect = "Allow", Action = ["codeconnections:UseConnection", "codestar-connections:UseConnection"], Resource = [var.source_repository.connection_arn] },
  ]
}

resource "aws_iam_role" "stage" {
  for_each = local.accesses

  name                 = "${local.pipeline_name}-${each.key}"
  description          = "What builds of ${local.pipeline_name} with access ${each.key} may do."
  max_session_duration = 3600
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codebuild.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

# Managed policies, because inline ones of a role may have 10,240 characters together; each of these may have 6,144.
resource "aws_iam_policy" "stage" {
  for_each = { for pair in flatten([
    for access in local.accesses : [
      for part, statements in chunklist([for one in concat(local.build_statements, local.statements[access]) : jsonencode(one)], 6) :
      { access = access, part = part, statements = statements }
    ]
  ]) : "${pair.access}-${pair.part}" => pair }

  name        = "${local.pipeline_name}-${each.key}"
  description = "Part ${each.value.part + 1} of what builds of ${local.pipeline_name} with access ${each.value.access} may do."
  policy      = jsonencode({ Version = "2012-10-17", Statement = [for one in each.value.statements : jsondecode(one)] })
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "stage" {
  for_each = aws_iam_policy.stage

  role       = aws_iam_role.stage[split("-", each.key)[0]].name
  policy_arn = each.value.arn
}

resource "aws_iam_role" "pipeline" {
  name        = local.pipeline_name
  description = "What ${local.pipeline_name} itself may do: fetch the source, start builds, ask for approval."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  name = "pipeline"
  role = aws_iam_role.pipeline.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "FetchSource", Effect = "Allow", Action = ["codeconnections:UseConnection", "codestar-connections:UseConnection"], Resource = [var.source_repository.connection_arn] },
      { Sid = "RunBuilds", Effect = "Allow", Action = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"], Resource = [for project in aws_codebuild_project.stage : project.arn] },
      { Sid = "KeepArtifacts", Effect = "Allow", Action = ["s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], Resource = [module.artifacts.arn, "${module.artifacts.arn}/*"] },
      { Sid = "UsePipelineKey", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [aws_kms_key.pipeline.arn] },
      { Sid = "AskForApproval", Effect = "Allow", Action = ["sns:Publish"], Resource = [aws_sns_topic.pipeline.arn] },
    ]
  })
}
