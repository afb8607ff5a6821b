"""Measures the engine and llama.cpp in turns on a GGUF file: ENGINE MODEL THREADS PROMPT_TOKENS TOKENS ROUNDS.

In turns, so that what else the machine does falls on both; the medians of the rounds are printed, with the ratio and
the share of the memory's bandwidth that the answers' weights took.
"""

import json
import statistics
import subprocess
import sys
import time


def ours(engine, path, threads, prompt_tokens, tokens):
    """Prompt and answer tokens per second, bytes of weights per second, bytes per second that memory gives."""
    command = [engine, "bench", "--json", "--batch", "1", "--model", path, "--threads", str(threads)]
    command += ["--prompt-tokens", str(prompt_tokens), "--tokens", str(tokens)]
    output = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    speed = output["results"][0]
    return (
        speed["promptTokensPerSecond"],
        speed["decodeTokensPerSecond"],
        speed["weightBytesPerSecond"],
        output["memoryBytesPerSecond"],
    )


def theirs(llama, prompt_tokens, tokens):
    """Prompt and answer tokens per second of one sequence."""
    prompt = [100 + i % 1000 for i in range(prompt_tokens)]
    llama.reset()
    began = time.perf_counter()
    llama.eval(prompt)
    read = time.perf_counter()
    for i in range(tokens):
        llama.eval([100 + i])
    written = time.perf_counter()
    return prompt_tokens / (read - began), tokens / (written - read)


def llama_cpp(path, threads, prompt_tokens, tokens):
    """The model in llama.cpp, warmed up; None where it isn't installed."""
    try:
        from llama_cpp import Llama
    except ImportError:
        return None
    llama = Llama(
        model_path=path,
        n_ctx=prompt_tokens + tokens + 8,
        n_batch=prompt_tokens,
        n_ubatch=prompt_tokens,
        n_threads=threads,
        n_threads_batch=threads,
        verbose=False,
    )
    theirs(llama, 32, 4)
    return llama


def main():
    engine, path = sys.argv[1:3]
    threads, prompt_tokens, tokens, rounds = map(int, sys.argv[3:])
    llama = llama_cpp(path, threads, prompt_tokens, tokens)
    measured, compared = [], []
    for _ in range(rounds):
        measured.append(ours(engine, path, threads, prompt_tokens, tokens))
        if llama:
            compared.append(theirs(llama, prompt_tokens, tokens))
    mine = [statistics.median(column) for column in zip(*measured)]
    other = [statistics.median(column) for column in zip(*compared)]
    memory = max(column[3] for column in measured)
    print(f"{'':16}{'Intramuros':>12}" + (f"{'llama.cpp':>12}{'ratio':>8}" if other else ""))
    for i, name in enumerate(("prompt tok/s", "answer tok/s")):
        line = f"{name:16}{mine[i]:12.1f}"
        print(line + (f"{other[i]:12.1f}{mine[i] / other[i]:8.2f}" if other else ""))
    print(
        f"Answers read {mine[2] / 1e9:.1f} GB/s of weights, {100 * mine[2] / memory:.0f} % of the"
        f" {memory / 1e9:.1f} GB/s at which {threads} threads read this machine's memory."
    )
    if not llama:
        print("llama.cpp isn't at hand: no comparison.")


if __name__ == "__main__":
    main()
