// From libyaml's events to a tree: one document, bounded in size, depth and count. Duplicate keys, merge keys and
// unknown tags are problems that do not stop the parsing; broken syntax does.

package import IngotCore

extension YAMLNode {
  /// The value of a YAML text.
  /// - Parameter path: the file's name for messages.
  /// - Throws: every problem of the text.
  package static func parse(text: String, path: String) throws(InputError) -> YAMLNode {
    var problems: [Diagnostic] = []
    let node = try parse(SourceText(path: path, text: text), problems: &problems)
    if !problems.isEmpty { throw InputError(collected: problems) }
    return node
  }

  /// The same for the bytes of a file.
  package static func parse(bytes: [UInt8], path: String) throws(InputError) -> YAMLNode {
    try parse(text: text(of: bytes, path: path), path: path)
  }

  /// - Parameter problems: gets what is wrong with the tree that is returned.
  /// - Throws: what leaves no tree: broken syntax, or a bound that is passed.
  static func parse(_ source: SourceText, problems: inout [Diagnostic]) throws(InputError) -> YAMLNode {
    try YAMLText.check(source)
    var parser = try YAMLParser(source)
    let node = try parser.document()
    problems += parser.problems
    return node
  }

  /// UTF-8 text, without a byte order mark.
  static func text(of bytes: [UInt8], path: String) throws(InputError) -> String {
    try YAMLText.decoded(bytes, path: path)
  }
}

/// Bounds on what one file may make us build.
package enum YAMLLimits {
  package static let byteCount = 1 << 20
  package static let depth = 64
  /// Counted after aliases are replaced by what they stand for.
  package static let nodeCount = 100_000
}

private struct YAMLParser: ~Copyable {
  /// A finished node that an anchor names.
  private struct Anchored {
    var node: YAMLNode
    var nodeCount: Int
    var height: Int
  }

  private let source: SourceText
  private var events: YAMLEvents
  private var anchors: [String: Anchored] = [:]
  private var nodeCount = 0
  private(set) var problems: [Diagnostic] = []

  init(_ source: SourceText) throws(InputError) {
    self.source = source
    do throws(YAMLFailure) {
      events = try YAMLEvents(source.text)
    } catch {
      throw error.inputError(in: source)
    }
  }

  mutating func document() throws(InputError) -> YAMLNode {
    guard case .documentStart = try next() else {
      let start = Place(source: source, line: 1, column: 1)
      return YAMLNode(content: .scalar(YAMLScalar(text: "", isPlain: true)), place: start)
    }
    var height = 0
    let node = try self.node(try next(), depth: 1, height: &height)
    switch try next() {
    case .end: return node
    case .documentStart(let mark):
      throw InputError([
        Diagnostic(
          at: place(mark), "the file holds a second YAML document", hint: "`---` starts one; keep one document a file")
      ])
    case .alias, .scalar, .sequenceStart, .mappingStart, .collectionEnd:
      fatalError("BUG: libyaml gave a value outside of a document")
    }
  }

  /// - Parameters:
  ///   - depth: of this node, counted from 1.
  ///   - height: is set to the depth of the tree below this node, itself included.
  private mutating func node(_ event: YAMLEvent, depth: Int, height: inout Int) throws(InputError) -> YAMLNode {
    let countBefore = nodeCount
    let start: YAMLNodeStart
    let content: YAMLNode.Content
    var isIncomplete = false
    height = 1
    switch event {
    case .alias(let name, let mark): return try expand(name, mark, depth: depth, height: &height)
    case .scalar(let text, let isPlain, let nodeStart):
      start = nodeStart
      try count(1, depth: depth, at: start.mark)
      content = .scalar(scalar(text, isPlain: isPlain, start))
    case .sequenceStart(let nodeStart):
      start = nodeStart
      try count(1, depth: depth, at: start.mark)
      checkTag(start, is: "seq")
      content = .sequence(try items(depth: depth, height: &height))
    case .mappingStart(let nodeStart):
      start = nodeStart
      try count(1, depth: depth, at: start.mark)
      checkTag(start, is: "map")
      content = .mapping(try entries(depth: depth, height: &height, isIncomplete: &isIncomplete))
    case .documentStart, .end, .collectionEnd: fatalError("BUG: libyaml ended a collection that has not begun")
    }
    let node = YAMLNode(content: content, place: place(start.mark), isIncomplete: isIncomplete)
    if let anchor = start.anchor {
      anchors[anchor] = Anchored(node: node, nodeCount: nodeCount - countBefore, height: height)
    }
    return node
  }

  private mutating func items(depth: Int, height: inout Int) throws(InputError) -> [YAMLNode] {
    var items: [YAMLNode] = []
    items.reserveCapacity(4)
    while true {
      let event = try next()
      if case .collectionEnd = event { return items }
      var itemHeight = 0
      items.append(try node(event, depth: depth + 1, height: &itemHeight))
      height = max(height, itemHeight + 1)
    }
  }

  private mutating func entries(
    depth: Int, height: inout Int, isIncomplete: inout Bool
  ) throws(InputError) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    entries.reserveCapacity(4)
    // Most mappings have few keys: an index is worth its cost only from some number on.
    var index: [String: Int] = [:]
    while true {
      let event = try next()
      if case .collectionEnd = event { return entries }
      let key = try key(event, depth: depth + 1, height: &height)
      var valueHeight = 0
      let value = try node(try next(), depth: depth + 1, height: &valueHeight)
      height = max(height, valueHeight + 1)
      guard let key else {
        isIncomplete = true
        continue
      }
      if entries.count == 16 { for (number, entry) in entries.enumerated() { index[entry.key] = number } }
      let earlier = entries.count < 16 ? entries.firstIndex { $0.key == key.text } : index[key.text]
      if let first = earlier.map({ entries[$0].keyPlace }) {
        problems.append(
          Diagnostic(
            at: key.place, "duplicate key \(quoted(key.text)), first at line \(first.line), column \(first.column)",
            hint: "keep one of the two"))
        continue
      }
      if entries.count >= 16 { index[key.text] = entries.count }
      entries.append(YAMLEntry(key: key.text, keyPlace: key.place, value: value))
    }
  }

  /// - Returns: nil for a key that cannot be one, which is reported.
  private mutating func key(
    _ event: YAMLEvent, depth: Int, height: inout Int
  ) throws(InputError) -> (text: String, place: Place)? {
    let scalar: YAMLScalar
    let place: Place
    if case .scalar(let text, let isPlain, let start) = event, start.anchor == nil, start.tag == nil {
      // Nearly every key, without making a node of it.
      try count(1, depth: depth, at: start.mark)
      (scalar, place) = (YAMLScalar(text: text, isPlain: isPlain), self.place(start.mark))
      height = max(height, 2)
    } else {
      var keyHeight = 0
      let node = try node(event, depth: depth, height: &keyHeight)
      height = max(height, keyHeight + 1)
      guard let found = node.scalar else {
        problems.append(Diagnostic(at: node.place, "a key must be a word, not a list or a mapping"))
        return nil
      }
      (scalar, place) = (found, node.place)
    }
    guard scalar.isPlain, scalar.text == "<<" else { return (scalar.text, place) }
    problems.append(
      Diagnostic(
        at: place, "merge keys (`<<`) are not part of YAML 1.2",
        hint: "write the keys out, or use an alias for a whole value"))
    return nil
  }

  private mutating func expand(
    _ name: String, _ mark: YAMLMark, depth: Int, height: inout Int
  ) throws(InputError) -> YAMLNode {
    guard let anchored = anchors[name] else {
      throw InputError([
        Diagnostic(
          at: place(mark), "unknown alias \(quoted("*" + name)): no value with the anchor `&\(name)` ends before it")
      ])
    }
    height = anchored.height
    try count(anchored.nodeCount, depth: depth + anchored.height - 1, at: mark)
    return anchored.node
  }

  private mutating func count(_ count: Int, depth: Int, at mark: YAMLMark) throws(InputError) {
    nodeCount += count
    let passed =
      if depth > YAMLLimits.depth {
        "values are nested deeper than \(YAMLLimits.depth) levels"
      } else if nodeCount > YAMLLimits.nodeCount {
        "the file holds more than \(YAMLLimits.nodeCount) values, counting what aliases stand for"
      } else {
        nil as String?
      }
    if let passed { throw InputError([Diagnostic(at: place(mark), passed)]) }
  }

  private mutating func scalar(_ text: String, isPlain: Bool, _ start: YAMLNodeStart) -> YAMLScalar {
    guard let tag = start.tag else { return YAMLScalar(text: text, isPlain: isPlain) }
    if tag == "!" || tag == YAMLTag.prefix + "str" { return YAMLScalar(text: text, isPlain: false) }
    let scalar = YAMLScalar(text: text, isPlain: true)
    let name =
      switch scalar.value {
      case .null: "null"
      case .bool: "bool"
      case .int, .hugeInt: tag == YAMLTag.prefix + "float" ? "float" : "int"
      case .float: "float"
      case .string: "str"
      }
    checkTag(start, is: name)
    return scalar
  }

  private mutating func checkTag(_ start: YAMLNodeStart, is name: String) {
    guard let tag = start.tag, tag != "!", tag != YAMLTag.prefix + name else { return }
    let short = YAMLTag.short(tag)
    problems.append(
      YAMLTag.names.contains(short)
        ? Diagnostic(at: place(start.mark), "the value is not what its tag \(quoted(short)) says")
        : Diagnostic(
          at: place(start.mark), "unknown tag \(quoted(short))",
          hint: "YAML's core schema has \(YAMLTag.names.joined(separator: ", "))"))
  }

  private mutating func next() throws(InputError) -> YAMLEvent {
    do throws(YAMLFailure) {
      return try events.next()
    } catch {
      throw error.inputError(in: source)
    }
  }

  private func place(_ mark: YAMLMark) -> Place { Place(source: source, line: mark.line + 1, column: mark.column + 1) }
}

/// The tags of the core schema.
private enum YAMLTag {
  static let prefix = "tag:yaml.org,2002:"
  static let names = ["!!str", "!!int", "!!float", "!!bool", "!!null", "!!seq", "!!map"]

  static func short(_ tag: String) -> String { tag.hasPrefix(prefix) ? "!!\(tag.dropFirst(prefix.count))" : tag }
}
