# The same, byte for byte, in envs/primary and envs/dr (a test compares them).

variable "incident_response" {
  description = "How incidents are answered (modules/incident-response): whether it is only told what would be done, how many acts an hour may see, and after how many seconds a version of the products function has proved itself."
  type = object({
    dry_run              = optional(bool, false)
    acts_per_hour        = optional(number, 10)
    stable_after_seconds = optional(number, 600)
  })
  default  = {}
  nullable = false
}

output "incident_function_name" {
  description = "The name of the function that answers incidents."
  value       = module.regional_api.incident_response.function_name
}

output "incident_parking_queue_url" {
  description = "The URL of the queue with the events that no playbook is for, or whose playbook failed."
  value       = module.regional_api.incident_response.parking_queue_url
}

output "incident_playbooks" {
  description = "Which playbook answers which alarm, with its parameters."
  value       = module.regional_api.incident_response.playbooks
}

output "incident_role_name" {
  description = "The name of the responder's role."
  value       = module.regional_api.incident_response.role_name
}

output "incident_table_name" {
  description = "The name of the table with the audit records of incidents."
  value       = module.regional_api.incident_response.table_name
}
