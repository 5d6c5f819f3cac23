"""The policy that API Gateway caches for a token."""

from typing import Any

from authorizer.tokens import Identity

WRITE_SCOPE = "products:write"
WRITE_METHODS = ("POST", "PUT", "DELETE")


def policy(identity: Identity, method_arn: str) -> dict[str, Any]:
    """Return allow or deny for every write of the stage.

    Not only for the method asked for: API Gateway caches the policy by token and applies it to the
    next call too, which may be another write.

    Args:
        identity: whom the verified token speaks for.
        method_arn: arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH of the call.
    """
    stage_arn = "/".join(method_arn.split("/")[:2])
    return {
        "principalId": identity.subject,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow" if WRITE_SCOPE in identity.scopes else "Deny",
                    "Resource": [f"{stage_arn}/{method}/*" for method in WRITE_METHODS],
                }
            ],
        },
        # Context values reach the function as texts in requestContext.authorizer.
        "context": {"sub": identity.subject, "scope": " ".join(sorted(identity.scopes))},
    }
