output "statement" {
  description = "The statement of a key's policy by which its account administers it, and cannot use it."
  value = {
    Sid       = "AccountAdministersTheKey"
    Effect    = "Allow"
    Principal = { AWS = var.root_arn }
    Action    = local.actions
    Resource  = "*"
  }
}
