variable "capacity_mode" {
  description = "How the products table pays for throughput: provisioned or on_demand."
  type        = string
  default     = "provisioned"
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted."
  type        = bool
  default     = true
}

variable "events" {
  description = "Known surges of the products table."
  type        = any
  default     = {}
}

variable "global_secondary_indexes" {
  description = "The indexes of the products table."
  type        = any
  default = {
    by-category = {
      hash_key  = { name = "category" }
      range_key = { name = "id" }
    }
  }
}

variable "replicas" {
  description = "The replica region of both tables."
  type        = any
  default     = { us-west-2 = {} }
}
