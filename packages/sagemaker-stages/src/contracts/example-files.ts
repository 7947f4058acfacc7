/**
 * The smallest useful file of each media type, in base64. Examples of contracts for files use these files: a gray square
 * of 8 by 8 pixels (JPEG, PNG), 10 ms of silence (WAV, 8 kHz), and the array `[[1.0]]` (NPY, float32).
 */
const JPEG =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z";
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mPomLkKK2IYWhIAzdxywesmh5sAAAAASUVORK5CYII=";
const WAV =
  "UklGRnQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YVAAAACAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgA==";
const NPY =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/";

/** The media types for which the engine has an example file. */
export type MediaTypeWithExample =
  | "image/jpeg"
  | "image/png"
  | "audio/wav"
  | "audio/wave"
  | "application/x-npy"
  | "text/csv";

/** The example files in base64, by media type. */
export const EXAMPLE_FILES: Readonly<Record<MediaTypeWithExample, string>> = {
  "image/jpeg": JPEG,
  "image/png": PNG,
  "audio/wav": WAV,
  "audio/wave": WAV,
  "application/x-npy": NPY,
  // 1,2,3
  "text/csv": "MSwyLDM=",
};

/** Whether the engine has an example file of a media type. */
export function hasExampleFile(mediaType: string): mediaType is MediaTypeWithExample {
  return Object.hasOwn(EXAMPLE_FILES, mediaType);
}
