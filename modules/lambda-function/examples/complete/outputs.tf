output "canary_alarm_name" {
  description = "The name of the alarm that ends a failing trial."
  value       = module.orders.canary_alarm_name
}

output "version" {
  description = "The version that was published."
  value       = module.orders.version
}
