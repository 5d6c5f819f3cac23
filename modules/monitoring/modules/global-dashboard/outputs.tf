output "name" {
  description = "The dashboard's name."
  value       = module.dashboard.name
}
