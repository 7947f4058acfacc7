import { encodeNpy } from "../../support/containers/npy";

/** A file that a caller sends. */
export interface SentFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A gradient of 16 × 16 pixels, as Chromium's canvas wrote it. */
const JPEG = [
  "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABh",
  "Y3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAAB",
  "UAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAA",
  "AAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9Y",
  "WVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAM",
  "ZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcg",
  "LikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09P",
  "T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAwAC",
  "/8QAFhABAQEAAAAAAAAAAAAAAAAAAQAC/8QAFQEBAQAAAAAAAAAAAAAAAAAAAgT/xAAWEQADAAAAAAAAAAAAAAAAAAAAAwT/2gAM",
  "AwEAAhEDEQA/AF0x6a02FilJbTSf/9k=",
];

/** A tone of 440 Hz: 16-bit PCM, one channel (https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html). */
function wav(): Buffer {
  const rate = 8_000;
  const samples = Int16Array.from({ length: rate / 10 }, (_, index) =>
    Math.round(Math.sin((2 * Math.PI * 440 * index) / rate) * 20_000),
  );
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}

const OCTETS = "application/octet-stream";

/** Every value that a byte can have. */
export const EVERY_BYTE: SentFile = {
  name: "every byte value",
  contentType: OCTETS,
  bytes: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
};

/** Real files of the formats that models take, and every byte value. */
export const FILES: readonly SentFile[] = [
  EVERY_BYTE,
  { name: "a JPEG", contentType: "image/jpeg", bytes: Buffer.from(JPEG.join(""), "base64") },
  { name: "a WAV", contentType: "audio/wav", bytes: wav() },
  {
    name: "an NPY",
    contentType: "application/x-npy",
    bytes: encodeNpy({ shape: [2, 3], values: [0.5, -1, Math.PI, 1e300, 0, 7] }),
  },
];

/** A file of a given size with every byte value. */
export function fileOf(size: number): SentFile {
  return { name: `${size} byte(s)`, contentType: OCTETS, bytes: Buffer.alloc(size, EVERY_BYTE.bytes) };
}
