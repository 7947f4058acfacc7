/** The payload limit of a serverless endpoint, in bytes (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html). */
export const SERVERLESS_PAYLOAD_IN_BYTES = 4_194_304;

/** The payload limit of an endpoint on instances, in bytes (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). */
export const INSTANCES_PAYLOAD_IN_BYTES = 6_291_456;

/**
 * The payload limit of an asynchronous endpoint, in bytes: 1 GB (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html).
 * Only a contract with `passThrough` and `bytes` can have such a payload: SageMaker reads the file from S3, and the function does not.
 */
export const ASYNC_PAYLOAD_IN_BYTES = 1_073_741_824;

/**
 * The payload limit of an asynchronous endpoint, in bytes, if the function reads and encodes the request. The function needs at least
 * twenty times as much memory.
 */
export const ENCODED_ASYNC_PAYLOAD_IN_BYTES = 26_214_400;

const MIB = 1024 * 1024;

/**
 * The part of the function's memory that an object may have. The object, its base64, its text, the parsed value and the payload are in
 * the memory at the same time: 7 to 18 times the size of a JSON document, and 60 MB for the process.
 */
const OBJECTS_PER_MEMORY = 20;

/**
 * The maximum size of an upload or an answer that the function must read, because the contract encodes the request or decodes the
 * answer. An upload that passes through is not read.
 *
 * @param memoryInMb - the memory of the function
 */
export function maxReadInBytes(memoryInMb: number): number {
  return Math.min(ENCODED_ASYNC_PAYLOAD_IN_BYTES, Math.floor((memoryInMb * MIB) / OBJECTS_PER_MEMORY));
}

/** The memory of a function that reads objects of a size, in MB. */
export function memoryToRead(bytes: number): number {
  return Math.ceil((bytes * OBJECTS_PER_MEMORY) / MIB);
}
