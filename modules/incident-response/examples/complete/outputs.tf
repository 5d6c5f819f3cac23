output "function_name" {
  description = "The name of the responder."
  value       = module.responder.function_name
}

output "table_name" {
  description = "The name of the table with the audit records."
  value       = module.responder.table_name
}
