"""The base of benchmarks with graphs: splits by structure, the embedded wording, the class itself."""
