// Files that people take for a model, told by their first bytes. Asked only once reading has failed, to say something
// better than "damaged".

internal import IngotCore

extension ModelError {
  package enum FileFormat: Hashable, Sendable {
    case gitLFSPointer, zip, hdf5, tfLite, json, html, engine

    init?(_ bytes: Bytes) {
      let start = bytes[0..<min(bytes.count, 64)].array
      func has(_ text: String, at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: text.utf8) }
      if has("version https://git-lfs") {
        self = .gitLFSPointer
      } else if has("PK\u{3}\u{4}") {
        self = .zip
      } else if start.starts(with: [0x89, 0x48, 0x44, 0x46]) {
        self = .hdf5
      } else if has("TFL3", at: 4) {
        self = .tfLite
      } else if has("ftrt") || has("trtf") {
        self = .engine
      } else if has("{") {
        self = .json
      } else if has("<") {
        self = .html
      } else {
        return nil
      }
    }
  }
}

extension ModelError.FileFormat {
  var words: String {
    switch self {
    case .gitLFSPointer: "it is a Git LFS pointer to one"
    case .zip: "it is a zip archive"
    case .hdf5: "it is an HDF5 file"
    case .tfLite: "it is a TensorFlow Lite model"
    case .json: "it is JSON text"
    case .html: "it is XML or HTML text"
    case .engine: "it is a TensorRT engine"
    }
  }

  var hint: String {
    switch self {
    case .gitLFSPointer: "run 'git lfs pull'"
    case .zip: "unpack it; a PyTorch checkpoint is exported with torch.onnx.export"
    case .hdf5: "convert a Keras model with tf2onnx"
    case .tfLite: "convert it with tf2onnx"
    case .json, .html: "the download may have saved an error page; get the model again"
    case .engine: "name the ONNX model that it was built from"
    }
  }
}
