"""What benchmarks with graphs share: splits by structure, the embedded wording, the class itself."""
