output "products" {
  description = "Everything the products module tells."
  value       = module.products
}
