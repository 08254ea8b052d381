"""Answers of a model: prompts as it reads them, our sampler or vLLM, and where an answer ends."""
