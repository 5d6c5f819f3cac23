"""What the log groups of a deployment hold, without AWS CLI 2's `aws logs tail`."""
