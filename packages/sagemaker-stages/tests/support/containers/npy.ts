/** A list of numbers, or a table of rows of the same length. */
export interface NpyArray {
  /** The length of each dimension. */
  readonly shape: readonly number[];
  /** The numbers, row by row. */
  readonly values: readonly number[];
}

const MAGIC = Buffer.from("\x93NUMPY\x01\x00", "latin1");
/** NumPy aligns the data to this many bytes. */
const ALIGNMENT = 64;
const BYTES_OF_VALUE = { "<f4": 4, "<f8": 8, "|u1": 1 } as const;

type DataType = keyof typeof BYTES_OF_VALUE;

/**
 * Encodes an array as a file in NumPy's format, version 1.0, little-endian, in C order
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
export function encodeNpy({ shape, values }: NpyArray, dataType: DataType = "<f8"): Buffer {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${dataType}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const before = MAGIC.length + 2;
  const padding = ALIGNMENT - ((before + text.length + 1) % ALIGNMENT);
  const header = Buffer.from(`${text}${" ".repeat(padding)}\n`, "latin1");
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const size = BYTES_OF_VALUE[dataType];
  const data = Buffer.alloc(values.length * size);
  for (const [index, value] of values.entries()) {
    if (dataType === "<f8") data.writeDoubleLE(value, index * size);
    else if (dataType === "<f4") data.writeFloatLE(value, index * size);
    else data.writeUInt8(value, index);
  }
  return Buffer.concat([MAGIC, length, header, data]);
}

/**
 * Decodes a file that {@link encodeNpy} or NumPy wrote.
 *
 * @throws Error if the file is not NPY with a supported type of numbers
 */
export function decodeNpy(file: Buffer): NpyArray {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error("the magic string is not correct");
  const start = MAGIC.length + 2 + file.readUInt16LE(MAGIC.length);
  const header = file.subarray(MAGIC.length + 2, start).toString("latin1");
  const [, dataType = ""] = /'descr': '([^']+)'/.exec(header) ?? [];
  const [, dimensions = ""] = /'shape': \(([\d, ]*)\)/.exec(header) ?? [];
  const shape = dimensions.split(",").flatMap((text) => (text.trim() === "" ? [] : [Number(text)]));
  if (!isDataType(dataType) || !header.includes("'fortran_order': False")) {
    throw new Error(`got ${header.trim()}; allowed: ${Object.keys(BYTES_OF_VALUE).join(", ")} in C order`);
  }
  const size = BYTES_OF_VALUE[dataType];
  const values = Array.from(
    { length: shape.reduce((product, length) => product * length, 1) },
    (_, index) => {
      const offset = start + index * size;
      if (dataType === "<f8") return file.readDoubleLE(offset);
      return dataType === "<f4" ? file.readFloatLE(offset) : file.readUInt8(offset);
    },
  );
  return { shape, values };
}

function isDataType(text: string): text is DataType {
  return Object.hasOwn(BYTES_OF_VALUE, text);
}
