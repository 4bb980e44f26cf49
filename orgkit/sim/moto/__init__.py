"""moto behind our own server: IAM, S3, KMS and the Organizations calls that it does well."""
