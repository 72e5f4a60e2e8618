// The header of a .npy file (numpy.lib.format, versions 1.0 to 3.0): magic, version, length, and a Python dictionary
// with the element type, the order and the shape. It reads no elements.

internal import IngotCore

/// What a .npy file says of itself.
struct NumpyHeader {
  let layout: ArrayLayout
  /// Where the elements start.
  let byteCount: Int

  /// numpy itself refuses to read a longer one without being told to.
  static let textByteLimit = 10_000
  /// Enough bytes of a file to hold every header.
  static let prefixByteCount = 12 + textByteLimit
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// - Parameter bytes: the file's first bytes: `prefixByteCount` of them, or all where it is shorter.
  init(prefix bytes: [UInt8]) throws(ArrayProblem) {
    guard bytes.starts(with: Self.magic) else {
      throw ArrayProblem(
        bytes.count < Self.magic.count
          ? "\(bytes.count) bytes are no .npy file" : "this is no .npy file: it does not start with \\x93NUMPY")
    }
    guard bytes.count >= 10 else { throw ArrayProblem("the .npy header is cut off after \(bytes.count) bytes") }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw ArrayProblem(".npy format version \(major).\(minor) is not one that Ingot knows (1.0, 2.0, 3.0)")
    }
    let start = major == 1 ? 10 : 12
    guard bytes.count >= start else { throw ArrayProblem("the .npy header is cut off after \(bytes.count) bytes") }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.textByteLimit else {
      throw ArrayProblem("the .npy header claims \(length) bytes; \(Self.textByteLimit) is the limit")
    }
    guard bytes.count >= start + length else {
      throw ArrayProblem("the .npy header claims \(length) bytes and is cut off after \(bytes.count - start)")
    }
    byteCount = start + length
    layout = try Self.layout(in: PythonLiteral.parse(Array(bytes[start..<start + length]), offset: start))
  }

  private static func layout(in value: PythonLiteral) throws(ArrayProblem) -> ArrayLayout {
    guard case .dictionary(let entries) = value else { throw ArrayProblem("the .npy header is no dictionary") }
    var found: [String: PythonLiteral] = [:]
    for entry in entries {
      let (key, value) = (entry.key, entry.value)
      guard ["descr", "fortran_order", "shape"].contains(key) else {
        throw ArrayProblem("the .npy header has an unknown key '\(shown(key))'")
      }
      guard found.updateValue(value, forKey: key) == nil else {
        throw ArrayProblem("the .npy header has '\(key)' twice")
      }
    }
    guard let description = found["descr"], let order = found["fortran_order"], let shape = found["shape"] else {
      let missing = ["descr", "fortran_order", "shape"].first { found[$0] == nil } ?? ""
      throw ArrayProblem("the .npy header has no '\(missing)'")
    }
    guard case .tuple(let items) = shape else { throw ArrayProblem("the .npy header's 'shape' is no tuple") }
    var sizes: [Int] = []
    for item in items {
      guard case .int(let size) = item else {
        throw ArrayProblem("the .npy header's 'shape' holds something that is no whole number")
      }
      sizes.append(size)
    }
    guard case .bool(let isFortran) = order else {
      throw ArrayProblem("the .npy header's 'fortran_order' is neither True nor False")
    }
    let (type, isBigEndian) = try elementType(description)
    if isFortran, sizes.count > 1 {
      throw ArrayProblem(
        "the array is stored in Fortran order",
        hint: "save it as np.ascontiguousarray(array), so that a sample is one run of bytes")
    }
    return try ArrayLayout(type: type, shape: sizes, isBigEndian: isBigEndian)
  }

  private static func elementType(_ descr: PythonLiteral) throws(ArrayProblem) -> (ElementType, isBigEndian: Bool) {
    guard case .string(let text) = descr else {
      throw ArrayProblem("the array has a structured type", hint: "save each field as an array of its own")
    }
    let order = text.first ?? "?"
    let code = text.dropFirst()
    guard ["<", ">", "|", "="].contains(order) else { throw unknownType(text) }
    if code.hasPrefix("O") {
      throw ArrayProblem(
        "the array holds pickled Python objects, which Ingot never reads",
        hint:
          "convert it to numbers: array.astype('float32'); where samples differ in length, pad them to one and give a "
          + "mask of ones and zeros")
    }
    guard let type = types[String(code)] else { throw unknownType(text) }
    return (type, order == ">")
  }

  private static let types: [String: ElementType] = [
    "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8,
    "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
  ]

  private static func unknownType(_ text: String) -> ArrayProblem {
    ArrayProblem(
      "the array's type '\(shown(text))' is not one that models take",
      hint: "known are f2, f4, f8, i1 to i8, u1 to u8 and b1")
  }
}
