/** Attributes with a secret whose names do not indicate a secret, by type. */
const SECRET_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  aws_api_gateway_api_key: ["value"],
  aws_secretsmanager_secret_version: ["secret_string", "secret_string_wo", "secret_binary"],
  aws_ssm_parameter: ["value", "value_wo"],
  github_actions_secret: ["plaintext_value", "encrypted_value"],
  gitlab_project_variable: ["value"],
  kubernetes_secret: ["data", "binary_data", "string_data", "data_wo"],
  kubernetes_secret_v1: ["data", "binary_data", "string_data", "data_wo"],
  random_bytes: ["base64", "hex"],
  random_password: ["result", "bcrypt_hash"],
};

/** The secret attributes of a type. */
export function secretsOfType(type: string): readonly string[] {
  return Object.hasOwn(SECRET_ATTRIBUTES, type) ? (SECRET_ATTRIBUTES[type] ?? []) : [];
}
