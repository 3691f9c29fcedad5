"""A language model behind any OpenAI-compatible endpoint: Tongyi Qianwen, OpenAI, vLLM, Ollama, llama.cpp."""
