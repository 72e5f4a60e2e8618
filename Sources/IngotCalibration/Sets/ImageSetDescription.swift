// Reading what `set.yaml` says of images:
//
//   arrays:
//     image:
//       images: photos                     a folder, or a .txt with one path a line; JPEG and PNG
//       resize: 256                        the shorter side; or [height, width]
//       filter: pillow-bilinear            of Pillow or of OpenCV, to the bit (ResizeFilter.swift says how they differ)
//       crop: [224, 224]                   from the center
//       letterbox: [640, 640]              instead of both: fit into it, on a border of `fill` (114)
//       color: rgb                         rgb, bgr or gray
//       layout: nchw                       nchw or nhwc
//       mean: [123.675, 116.28, 103.53]    (pixel - mean) * scale; one number, or one a channel in the order of `color`
//       scale: [0.01712, 0.01751, 0.01743]
//       type: float32                      float32, float16, uint8 or int8
//
// Only `images` and a size are required. Orientation tags are not followed, and alpha is left out.

internal import IngotCore
internal import IngotManifest

extension ImagePreprocessing {
  static let keys = [
    "resize", "filter", "crop", "letterbox", "fill", "color", "layout", "mean", "scale", "type",
  ]

  /// Nil where something is wrong with it.
  init?(_ reader: MappingReader, _ problems: inout [Diagnostic]) {
    let count = problems.count
    self.init()
    if let field = reader["resize"] { readResize(field, &problems) }
    if let field = reader["letterbox"] { readLetterbox(field, reader, &problems) }
    if let field = reader["crop"], let size = Self.size(field, &problems) { crop = size }
    if let field = reader["fill"], reader["letterbox"] == nil {
      problems.append(Diagnostic(at: field.keyPlace, "`fill` goes with `letterbox`"))
    }
    if let value = reader["filter"]?.choice(of: ResizeFilter.self, &problems) { filter = value.value }
    if let value = reader["color"]?.choice(of: Color.self, &problems) { color = value.value }
    if let value = reader["layout"]?.choice(of: Layout.self, &problems) { layout = value.value }
    if let field = reader["type"] { readType(field, &problems) }
    if let field = reader["mean"] { mean = numbers(field, &problems) }
    if let field = reader["scale"] { scale = numbers(field, &problems) }
    if problems.count > count { return nil }
  }

  private mutating func readResize(_ field: YAMLField, _ problems: inout [Diagnostic]) {
    if case .sequence = field.node.content {
      if let size = Self.size(field, &problems) { fit = .stretch(height: size.height, width: size.width) }
    } else if let side = field.int(in: 1...Self.sideLimit, &problems) {
      fit = .shorterSide(side.value)
    }
  }

  private mutating func readLetterbox(_ field: YAMLField, _ reader: MappingReader, _ problems: inout [Diagnostic]) {
    for key in ["resize", "crop"] {
      guard let other = reader[key] else { continue }
      problems.append(Diagnostic(at: other.keyPlace, "`\(key)` and `letterbox` both say the size", hint: "remove one"))
    }
    let fill = reader["fill"]?.int(in: 0...255, &problems)?.value ?? 114
    guard let size = Self.size(field, &problems) else { return }
    fit = .letterbox(height: size.height, width: size.width, fill: UInt8(clamping: fill))
  }

  private mutating func readType(_ field: YAMLField, _ problems: inout [Diagnostic]) {
    guard let name = field.text(&problems) else { return }
    guard let known = Self.types.first(where: { $0.description == name.value }) else {
      let words = Self.types.map(\.description)
      problems.append(
        Diagnostic(
          at: name.place, "images become \(words.joined(separator: ", ")), not `\(shown(name.value))`",
          hint: suggestion(for: name.value, among: words).map { "did you mean `\($0)`?" }))
      return
    }
    type = known
  }

  private static func size(_ field: YAMLField, _ problems: inout [Diagnostic]) -> Size? {
    guard let items = field.items(of: "a height and a width", &problems) else { return nil }
    let sizes = items.compactMap { $0.int(in: 1...sideLimit, &problems)?.value }
    guard sizes.count == items.count else { return nil }
    guard sizes.count == 2 else {
      return field.refuse("\(field.shown) has \(sizes.count) sizes; it is a height and a width", &problems)
    }
    return Size(height: sizes[0], width: sizes[1])
  }

  /// One number, or as many as there are channels.
  private func numbers(_ field: YAMLField, _ problems: inout [Diagnostic]) -> [Float] {
    let range = -1e9...1e9
    guard case .sequence = field.node.content else {
      return field.number(in: range, &problems).map { [Float($0.value)] } ?? []
    }
    let values = (field.items(of: "numbers", &problems) ?? []).compactMap { $0.number(in: range, &problems)?.value }
    guard values.count == channels else {
      let none: [Float]? = field.refuse(
        "\(field.shown) has \(values.count) numbers; a \(color.rawValue) image has \(channels) channels", &problems)
      return none ?? []
    }
    return values.map { Float($0) }
  }
}
