"""Makes the golden models: tiny random decoders with what Hugging Face's transformers computes from them.

Run by hand after changing it; the results are committed. See README.md here for the format.

    pip install torch transformers tokenizers safetensors sentencepiece gguf llama-cpp-python
    python make_golden.py ../resources/golden/models

Weights are random but seeded, so that two runs with the same versions of these packages give the same files.
"""

import copy
import json
import pathlib
import shutil
import sys

import gguf
import llama_cpp
import numpy as np
import sentencepiece
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CORPUS = [
    "The quick brown fox jumps over the lazy dog, and the dog sleeps on.",
    "A company's own language model answers inside the walls of the company.",
    "Every question is answered; every answer is on record, 2026-01-31 at 12:45.",
    "你好，世界！公司自己的语言模型在公司的墙内回答问题。",
    "Ça va ? Où est le café ☕, s'il vous plaît ? Straße, naïve, señor.",
    "def f(x):\n    return [y * 2 for y in x if y > 10]\n",
] * 4
TEXTS = [
    "The quick brown fox, it's 12:45 and every answer counts.",
    "你好，世界！ Ça va ? 👩‍🚀 é",
    "A company's own language model answers inside the walls of the company. " * 6,
]
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim"
    " + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
CHATS = [
    [{"role": "user", "content": "Hello, who are you?"}],
    [
        {"role": "system", "content": "  Be brief.\n"},
        {"role": "user", "content": "你好 <b>world</b>"},
        {"role": "assistant", "content": "Yes."},
        {"role": "user", "content": "3 < 4 | 5 > 2?"},
    ],
]
CONTINUATION = 8
PROMPT = 24
# Greedy continuations must not hang on rounding: the best token leads by at least this much.
LEAD = 0.02
# Engines keep keys and values of narrow weights in BF16: logits of this spread move by less than 0.02 then.
NARROW_SPREAD = 0.55


def tokenizer():
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=352,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator(CORPUS, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def small(vocab, **changes):
    return {
        "vocab_size": vocab,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "tie_word_embeddings": False,
        **changes,
    }


def random_model(config, dtype, seed, head_spread):
    """A model whose weights are spread enough for its answers to differ, already rounded to `dtype`."""
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            elif name.endswith(".bias"):
                parameter.copy_(0.3 * torch.randn_like(parameter))
            else:
                spread = head_spread if "lm_head" in name or "embed" in name else 1.1
                parameter.copy_(torch.randn_like(parameter) * (spread / parameter.shape[-1] ** 0.5))
    return model.to(dtype).eval()


def logprobs(model, ids):
    """Log-probabilities of every next token, in FP32 from the weights as they are stored."""
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].to(torch.float32)
    return torch.log_softmax(logits, dim=-1)


def greedy(model, ids):
    drawn, lead = [], 1e9
    for _ in range(CONTINUATION):
        last = logprobs(model, ids + drawn)[-1]
        best = torch.topk(last, 2)
        lead = min(lead, float(best.values[0] - best.values[1]))
        drawn.append(int(best.indices[0]))
    return drawn, lead


def expectation(model, tok):
    """What is expected of an engine, or None if a greedy continuation is too close to call. Changes the model."""
    reference = model.to(torch.float32)
    result = {"texts": [], "chats": []}
    for text in TEXTS:
        ids = tok.encode(text, add_special_tokens=False)
        table = logprobs(reference, ids)
        top = [torch.topk(table[i], 5) for i in range(len(ids) - 1)]
        drawn, lead = greedy(reference, ids[:PROMPT])
        if lead < LEAD:
            return None
        result["texts"].append({
            "text": text,
            "ids": ids,
            "logprobs": [round(float(table[i][ids[i + 1]]), 6) for i in range(len(ids) - 1)],
            "top": [
                [[int(t), round(float(v), 6)] for t, v in zip(best.indices, best.values)] for best in top[:8] + top[-2:]
            ],
            "prompt": ids[:PROMPT],
            "greedy": drawn,
        })
    for messages in CHATS:
        text = tok.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        ids = tok.encode(text, add_special_tokens=False)
        result["chats"].append({"messages": messages, "rendered": text, "ids": ids})
    return result


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True) + "\n")


def hugging_face(directory, config, dtype, tok, shard=None):
    """Writes one directory; returns the model that was written."""
    for seed in range(200):
        model = random_model(config, dtype, seed, 1.1 if dtype == torch.float32 else NARROW_SPREAD)
        expected = expectation(copy.deepcopy(model), tok)
        if expected:
            break
    else:
        raise SystemExit(f"no seed gives {directory.name} a clear answer")
    model.generation_config.eos_token_id = 2
    model.save_pretrained(directory, **({"max_shard_size": shard} if shard else {}))
    tok.save_pretrained(directory)
    write_json(directory / "expected.json", {"precision": str(dtype).removeprefix("torch."), **expected})
    return model


GGUF_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
    "input_layernorm.weight": "attn_norm.weight",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm.weight": "ffn_norm.weight",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    if name in GGUF_NAMES:
        return GGUF_NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    for key, value in GGUF_NAMES.items():
        rest = rest.replace(key, value)
    return f"blk.{layer}.{rest}"


def permuted(weight, heads):
    """Rows of queries and keys as GGUF files of the Llama architecture order them."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(path, model, tok, quantization, type_of=lambda name, q: q):
    config = model.config
    arch = config.model_type
    writer = gguf.GGUFWriter(str(path), arch)
    writer.add_name("Golden " + path.stem)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    rope = config.rope_parameters
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_vocab_size(config.vocab_size)
    add_tokens(writer, tok)
    if rope.get("rope_type") == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_factors(config))
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        weight = parameter.to(torch.float32).numpy()
        if arch == "llama" and "q_proj" in name:
            weight = permuted(weight, config.num_attention_heads)
        if arch == "llama" and "k_proj" in name:
            weight = permuted(weight, config.num_key_value_heads)
        kind = type_of(name, quantization) if weight.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(gguf_name(name), gguf.quants.quantize(weight, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def llama3_factors(config):
    rope = config.rope_parameters
    dim = config.hidden_size // config.num_attention_heads
    frequencies = 1.0 / (rope["rope_theta"] ** (np.arange(0, dim, 2, dtype=np.float32) / dim))
    low = rope["original_max_position_embeddings"] / rope["low_freq_factor"]
    high = rope["original_max_position_embeddings"] / rope["high_freq_factor"]
    factors = []
    for frequency in frequencies:
        wavelength = 2 * np.pi / frequency
        if wavelength < high:
            factors.append(1)
        elif wavelength > low:
            factors.append(rope["factor"])
        else:
            smooth = (rope["original_max_position_embeddings"] / wavelength - rope["low_freq_factor"]) / (
                rope["high_freq_factor"] - rope["low_freq_factor"]
            )
            factors.append(1 / ((1 - smooth) / rope["factor"] + smooth))
    return np.array(factors, dtype=np.float32)


def add_tokens(writer, tok):
    backend = json.loads(tok.backend_tokenizer.to_str())
    vocab = tok.get_vocab()
    tokens = sorted(vocab, key=vocab.get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in SPECIAL else 1 for token in tokens])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in backend["model"]["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def dequantized(path, model):
    """The model with the weights that a GGUF file really holds."""
    config = model.config
    state = {}
    stored = {tensor.name: tensor for tensor in gguf.GGUFReader(str(path)).tensors}
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        tensor = stored[gguf_name(name)]
        weight = gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(parameter.shape)
        for part, heads in (("q_proj", config.num_attention_heads), ("k_proj", config.num_key_value_heads)):
            if config.model_type == "llama" and part in name:
                weight = weight.reshape(heads, weight.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(weight.shape)
        state[name] = torch.from_numpy(np.array(weight, dtype=np.float32))
    same = transformers.AutoModelForCausalLM.from_config(config).to(torch.float32).eval()
    missing, unexpected = same.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    same.tie_weights()
    return same


def quantized(path, config, tok, kind, ftype=None):
    """One GGUF file; K-quants are made by llama.cpp from an F32 file."""
    for seed in range(200):
        model = random_model(config, torch.float32, seed, NARROW_SPREAD)
        if ftype is None:
            write_gguf(path, model, tok, kind)
        else:
            plain = path.with_suffix(".f32.gguf")
            write_gguf(plain, model, tok, gguf.GGMLQuantizationType.F32)
            params = llama_cpp.llama_model_quantize_default_params()
            params.ftype = ftype
            params.pure = True
            assert llama_cpp.llama_model_quantize(str(plain).encode(), str(path).encode(), params) == 0
            plain.unlink()
        expected = expectation(dequantized(path, model), tok)
        if expected:
            write_json(path.with_suffix(".expected.json"), {"precision": path.stem.split("-")[-1], **expected})
            return
    raise SystemExit(f"no seed gives {path.name} a clear answer")


def sentence_piece(directory):
    """A SentencePiece vocabulary as a GGUF file without tensors, and what SentencePiece makes of texts with it."""
    sample = directory / "sample.txt"
    sample.write_text("\n".join(line.strip() for line in CORPUS))
    sentencepiece.SentencePieceTrainer.Train(
        input=str(sample), model_prefix=str(directory / "spm"), vocab_size=420, model_type="bpe", byte_fallback=True,
        character_coverage=1.0, minloglevel=2, normalization_rule_name="identity", remove_extra_whitespaces=False,
    )
    spm = sentencepiece.SentencePieceProcessor(model_file=str(directory / "spm.model"))
    writer = gguf.GGUFWriter(str(directory / "sentencepiece.gguf"), "llama")
    size = spm.get_piece_size()
    kind = lambda i: 2 if spm.is_unknown(i) else 3 if spm.is_control(i) else 6 if spm.is_byte(i) else 1
    writer.add_tokenizer_model("llama")
    writer.add_token_list([spm.id_to_piece(i) for i in range(size)])
    writer.add_token_scores([spm.get_score(i) for i in range(size)])
    writer.add_token_types([kind(i) for i in range(size)])
    writer.add_bos_token_id(spm.bos_id())
    writer.add_eos_token_id(spm.eos_id())
    writer.add_unk_token_id(spm.unk_id())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    texts = TEXTS[:2] + ["  two spaces", "unseen: ÿþ 𝄞\n\ttab", "a", "日本語"]
    write_json(
        directory / "sentencepiece.expected.json",
        {"texts": [{"text": text, "ids": [spm.bos_id()] + spm.encode(text)} for text in texts]},
    )
    for file in ("sample.txt", "spm.model", "spm.vocab"):
        (directory / file).unlink()


def main():
    torch.set_num_threads(1)
    out = pathlib.Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    tok = tokenizer()
    vocab = len(tok)
    f32, bf16, f16 = torch.float32, torch.bfloat16, torch.float16
    llama, qwen2, qwen3 = transformers.LlamaConfig, transformers.Qwen2Config, transformers.Qwen3Config
    llama3 = {
        "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }

    full = llama(**small(vocab, num_key_value_heads=4, tie_word_embeddings=True))
    hugging_face(out / "llama-f32-tied", full, f32, tok)
    hugging_face(out / "llama-bf16-untied-grouped", llama(**small(vocab, hidden_size=64)), bf16, tok)
    explicit = llama(**small(vocab, num_key_value_heads=1, head_dim=16))
    hugging_face(out / "llama-f16-sharded", explicit, f16, tok, shard="60KB")
    hugging_face(out / "llama-f32-llama3-rope", llama(**small(vocab, rope_parameters=llama3)), f32, tok)
    linear = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}
    hugging_face(out / "llama-f32-linear-rope", llama(**small(vocab, rope_parameters=linear)), f32, tok)
    hugging_face(out / "qwen2-bf16-tied", qwen2(**small(vocab, tie_word_embeddings=True)), bf16, tok)
    hugging_face(out / "qwen3-f32", qwen3(**small(vocab, head_dim=16)), f32, tok)

    kinds = gguf.GGMLQuantizationType
    quantized(out / "llama-llama3-rope-f32.gguf", llama(**small(vocab, rope_parameters=llama3)), tok, kinds.F32)
    quantized(out / "llama-bf16.gguf", llama(**small(vocab)), tok, kinds.BF16)
    quantized(out / "qwen2-f16.gguf", qwen2(**small(vocab, tie_word_embeddings=True)), tok, kinds.F16)
    for kind in (kinds.Q8_0, kinds.Q4_0, kinds.Q4_1):
        quantized(out / f"llama-{kind.name.lower()}.gguf", llama(**small(vocab, hidden_size=64)), tok, kind)
    # K-quants come in blocks of 256 values.
    wide = llama(**small(vocab, hidden_size=256, intermediate_size=256, num_hidden_layers=1, tie_word_embeddings=True))
    quantized(out / "llama-q4_k.gguf", wide, tok, None, llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_S)
    quantized(out / "llama-q6_k.gguf", wide, tok, None, llama_cpp.LLAMA_FTYPE_MOSTLY_Q6_K)
    sentence_piece(out)


if __name__ == "__main__":
    main()
