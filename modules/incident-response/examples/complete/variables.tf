variable "architecture" {
  description = "The instruction set that the package was built for."
  type        = string
  default     = "arm64"
}

variable "dry_run" {
  description = "Whether playbooks only tell what they would do."
  type        = bool
  default     = false
}

variable "package_path" {
  description = "The path of incident_responder.zip."
  type        = string
}

variable "stable_after_seconds" {
  description = "For how long a version must have served until the responder may go back to it."
  type        = number
  default     = 600
}
