@main struct Ingot {
  static func main() {}
}
