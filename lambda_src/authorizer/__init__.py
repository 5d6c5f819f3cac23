"""The JWT authorizer of the API's writes: a token in, an IAM policy out, no network call."""
