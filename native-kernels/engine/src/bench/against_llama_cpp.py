"""Measures llama.cpp on a GGUF file and prints how the engine compares: MODEL THREADS PROMPT_TOKENS TOKENS OURS_AS_JSON."""

import json
import sys
import time

from llama_cpp import Llama


def measure(path, threads, prompt_tokens, tokens):
    """Prompt and answer tokens per second of one sequence, after a warm-up."""
    llama = Llama(
        model_path=path,
        n_ctx=prompt_tokens + tokens + 8,
        n_batch=prompt_tokens,
        n_ubatch=prompt_tokens,
        n_threads=threads,
        n_threads_batch=threads,
        verbose=False,
    )
    prompt = [100 + i % 1000 for i in range(prompt_tokens)]
    llama.eval(prompt[:32])
    llama.reset()
    began = time.perf_counter()
    llama.eval(prompt)
    read = time.perf_counter()
    for i in range(tokens):
        llama.eval([100 + i])
    written = time.perf_counter()
    return prompt_tokens / (read - began), tokens / (written - read)


def main():
    path, threads, prompt_tokens, tokens, ours = sys.argv[1:]
    theirs = measure(path, int(threads), int(prompt_tokens), int(tokens))
    result = json.loads(ours)["results"][0]
    mine = result["promptTokensPerSecond"], result["decodeTokensPerSecond"]
    print(f"{'':16}{'Intramuros':>12}{'llama.cpp':>12}{'ratio':>8}")
    for name, our, their in zip(("prompt tok/s", "answer tok/s"), mine, theirs):
        print(f"{name:16}{our:12.1f}{their:12.1f}{our / their:8.2f}")


if __name__ == "__main__":
    main()
