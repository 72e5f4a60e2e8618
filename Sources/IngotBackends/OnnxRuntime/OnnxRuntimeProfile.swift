// What ONNX Runtime's profiler writes: events of Chrome's trace format, of which those of nodes and of whole runs matter.

internal import FoundationEssentials
internal import IngotCore

struct OnnxRuntimeProfile {
  private struct Event: Decodable {
    struct Arguments: Decodable {
      var op: String?
      enum CodingKeys: String, CodingKey { case op = "op_name" }
    }

    /// `Node` or `Session`.
    var category: String
    /// `model_run`, `/conv1/Conv_kernel_time`.
    var name: String
    /// Microseconds.
    var start: Int64
    var duration: Int64
    var arguments: Arguments?
    enum CodingKeys: String, CodingKey {
      case category = "cat", name, start = "ts", duration = "dur", arguments = "args"
    }
  }

  private let events: [Event]
  private static let suffix = "_kernel_time"

  init(_ json: [UInt8]) throws { events = try JSONDecoder().decode([Event].self, from: Data(json)) }

  /// Of all runs but the first, in the order in which they ran.
  var layers: [LayerTime] {
    let runs = events.filter { $0.category == "Session" && $0.name == "model_run" }.map(\.start).sorted()
    guard runs.count > 1 else { return [] }
    return events.filter { $0.category == "Node" && $0.name.hasSuffix(Self.suffix) && $0.start >= runs[1] }
      .sorted { $0.start < $1.start }
      .map {
        LayerTime(
          layer: String($0.name.dropLast(Self.suffix.count)), kind: $0.arguments?.op ?? "",
          time: .microseconds($0.duration))
      }
  }
}
