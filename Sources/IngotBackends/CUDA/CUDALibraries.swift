// The libraries of CUDA that others need, opened before them: they lie in folders that the system's loader does not know (Python
// packages), and a library that is in memory already is found by its name. Nothing is changed but this process.

internal import Glibc
internal import IngotCore

struct CUDALibraries {
  private let folders: [String]

  /// - Parameter places: folders with libraries, or with Python packages of NVIDIA below them.
  init(places: [String]) {
    var folders: [String] = []
    for place in places {
      folders.append(place)
      for base in ["\(place)/nvidia", place] {
        for name in (try? FileSystem.names(in: base)) ?? [] { folders.append("\(base)/\(name)/lib") }
      }
    }
    var seen: Set<String> = []
    self.folders = folders.filter { seen.insert($0).inserted && (try? FileStatus(ofFileAt: $0))?.isDirectory ?? false }
  }

  /// Opens what a library needs and the system's loader does not find by itself.
  /// - Parameter path: of the library, which is only read: it may have to be opened by another.
  /// - Throws: `.cannotRunHere` naming the first library that is not here.
  func openNeeds(ofLibraryAt path: String) throws(BackendError) {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw BackendError(.onnxruntime, .loadFailed(error.description))
    }
    guard let names = neededLibraries(inELF: file) else {
      throw BackendError(.onnxruntime, .loadFailed("\(path) is no library of this machine's kind"))
    }
    for name in names where !name.hasPrefix("ld-linux") { try open(name, for: FileSystem.name(of: path), depth: 0) }
    // Opened by name when they are first used; what needs them says what is missing.
    let isOld = names.contains { $0 == "libcudart.so.12" }
    for name in ["libnvrtc.so.\(isOld ? 12 : 13)", "libcufft.so.\(isOld ? 11 : 12)", "libcudnn.so.9"] {
      guard let found = self.path(of: name) else { continue }
      for part in parts(of: found) { unsafe _ = dlopen(part, RTLD_NOW | RTLD_GLOBAL) }
    }
  }

  /// - Parameter name: as one library names another: `libcublas.so.13`.
  private func open(_ name: String, for user: String, depth: Int) throws(BackendError) {
    var path = name
    var tried: Set<String> = []
    while unsafe dlopen(path, RTLD_NOW | RTLD_GLOBAL) == nil {
      let text = unsafe dlerror().map { unsafe String(cString: $0) } ?? ""
      // libcublasLt.so.13: cannot open shared object file: No such file or directory
      let missing = text.firstRange(of: ": cannot open shared object file").map { String(text[..<$0.lowerBound]) }
      guard let missing, tried.insert(missing).inserted, depth < 8 else {
        throw BackendError(.onnxruntime, .loadFailed("\(user) needs \(name): \(text)"))
      }
      guard let found = self.path(of: missing) else { throw absence(of: missing, for: user) }
      if missing == name { path = found } else { try open(found, for: FileSystem.name(of: path), depth: depth + 1) }
    }
  }

  private func path(of name: String) -> String? {
    folders.lazy.map { FileSystem.join($0, FileSystem.name(of: name)) }.first { (try? FileStatus(ofFileAt: $0)) != nil }
  }

  /// cuDNN is several libraries, which open each other by name.
  private func parts(of path: String) -> [String] {
    guard FileSystem.name(of: path).hasPrefix("libcudnn") else { return [path] }
    let folder = FileSystem.parent(of: path)
    let names = ((try? FileSystem.names(in: folder)) ?? []).filter { $0.hasPrefix("libcudnn_") && $0.contains(".so.") }
    return [path] + names.map { "\(folder)/\($0)" }
  }

  private func absence(of name: String, for user: String) -> BackendError {
    if name.hasPrefix("libcuda.so") {
      return BackendError(
        .onnxruntime, .cannotRunHere("\(user) needs the NVIDIA driver (\(name)), which is not here"),
        hint: "install NVIDIA's driver, or use a machine with an NVIDIA GPU")
    }
    return BackendError(
      .onnxruntime,
      .cannotRunHere(
        "\(user) needs \(name), which neither the system's loader knows nor any of these folders has: "
          + "\(folders.prefix(12).joined(separator: ", "))"),
      hint:
        "install the CUDA toolkit, or its wheels (pip install nvidia-cublas nvidia-cuda-runtime nvidia-cufft nvidia-curand "
        + "nvidia-cuda-nvrtc nvidia-cudnn-cu13), and name the folder that they are in with --runtime-path")
  }
}

/// The names of the libraries that a library says it needs (DT_NEEDED).
/// - Returns: nil for what is no library of a 64-bit little-endian machine, or a damaged one.
func neededLibraries(inELF file: MappedFile) -> [String]? {
  let bytes = Bytes(file)
  func number(_ offset: Int, _ size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    let value = bytes[offset..<offset + size].array.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: value)
  }
  guard bytes.count >= 64, bytes[0..<6].array == [0x7f, 0x45, 0x4c, 0x46, 2, 1], let table = number(32, 8),
    let entrySize = number(54, 2), let entryCount = number(56, 2), entrySize >= 56
  else { return nil }
  var segments: [(offset: Int, address: Int, size: Int)] = []
  var dynamic: (offset: Int, size: Int)?
  for index in 0..<entryCount {
    let (start, overflow) = table.addingReportingOverflow(index * entrySize)
    guard !overflow, let kind = number(start, 4), let offset = number(start + 8, 8),
      let address = number(start + 16, 8),
      let size = number(start + 32, 8)
    else { return nil }
    if kind == 1 { segments.append((offset, address, size)) }
    if kind == 2 { dynamic = (offset, size) }
  }
  guard let dynamic, dynamic.size <= bytes.count else { return nil }
  var (names, texts) = ([Int](), Int?.none)
  for entry in stride(from: 0, to: dynamic.size - 15, by: 16) {
    guard let tag = number(dynamic.offset + entry, 8), let value = number(dynamic.offset + entry + 8, 8) else {
      continue
    }
    if tag == 0 { break }
    if tag == 1 { names.append(value) }
    if tag == 5 {
      texts = segments.first { $0.address <= value && value - $0.address < $0.size }.map {
        value - $0.address + $0.offset
      }
    }
  }
  guard let texts else { return nil }
  return names.compactMap { name in
    let (start, overflow) = texts.addingReportingOverflow(name)
    guard !overflow, start >= 0, start < bytes.count else { return nil }
    let text = bytes[start..<min(start + 256, bytes.count)].array.prefix { $0 != 0 }
    return String(decoding: text, as: UTF8.self)
  }
}
