import type { Credentials } from "aws4";

/**
 * The credentials in the variables of the process. @returns `undefined` if the SDK would use another source: AWS_PROFILE takes
 * precedence over the other variables
 */
export function credentialsFromVariables(): Credentials | undefined {
  const {
    AWS_PROFILE: profile = "",
    AWS_ACCESS_KEY_ID: accessKeyId = "",
    AWS_SECRET_ACCESS_KEY: secretAccessKey = "",
    AWS_SESSION_TOKEN: sessionToken = "",
  } = process.env;
  if (profile !== "" || accessKeyId === "" || secretAccessKey === "") return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) };
}
