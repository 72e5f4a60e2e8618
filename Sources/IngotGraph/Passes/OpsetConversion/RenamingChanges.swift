// New names for the same thing, and defaults that mean something else.

internal import IngotCore

enum RenamingChanges {
  static let all = [
    OpsetChange("Scatter", 11) { node, _ in node.opType = "ScatterElements" },
    OpsetChange("RoiAlign", 16) { node, _ in
      node.set("coordinate_transformation_mode", .string(Array("output_half_pixel".utf8)))
    },
    OpsetChange("GridSample", 20) { node, _ in
      let names = ["bilinear": "linear", "bicubic": "cubic"]
      if let name = node.string("mode").flatMap({ names[$0] }) { node.set("mode", .string(Array(name.utf8))) }
    },
  ]
}
