package io.intramuros.engine.model;

/** What a file format calls the tensors of a decoder. {@code %d} stands for the layer. */
enum TensorNames {
    GGUF(
            "token_embd.weight",
            "blk.%d.attn_norm.weight",
            "blk.%d.attn_q",
            "blk.%d.attn_k",
            "blk.%d.attn_v",
            "blk.%d.attn_q_norm.weight",
            "blk.%d.attn_k_norm.weight",
            "blk.%d.attn_output.weight",
            "blk.%d.ffn_norm.weight",
            "blk.%d.ffn_gate.weight",
            "blk.%d.ffn_up.weight",
            "blk.%d.ffn_down.weight",
            "output_norm.weight",
            "output.weight"),
    HUGGING_FACE(
            "model.embed_tokens.weight",
            "model.layers.%d.input_layernorm.weight",
            "model.layers.%d.self_attn.q_proj",
            "model.layers.%d.self_attn.k_proj",
            "model.layers.%d.self_attn.v_proj",
            "model.layers.%d.self_attn.q_norm.weight",
            "model.layers.%d.self_attn.k_norm.weight",
            "model.layers.%d.self_attn.o_proj.weight",
            "model.layers.%d.post_attention_layernorm.weight",
            "model.layers.%d.mlp.gate_proj.weight",
            "model.layers.%d.mlp.up_proj.weight",
            "model.layers.%d.mlp.down_proj.weight",
            "model.norm.weight",
            "lm_head.weight");

    final String embedding;
    final String attentionNorm;
    /** Query, key and value: {@code .weight} or {@code .bias} follows. */
    final String query;

    final String key;
    final String value;
    final String queryNorm;
    final String keyNorm;
    final String attentionOutput;
    final String feedForwardNorm;
    final String gate;
    final String up;
    final String down;
    final String finalNorm;
    final String head;

    TensorNames(
            String embedding,
            String attentionNorm,
            String query,
            String key,
            String value,
            String queryNorm,
            String keyNorm,
            String attentionOutput,
            String feedForwardNorm,
            String gate,
            String up,
            String down,
            String finalNorm,
            String head) {
        this.embedding = embedding;
        this.attentionNorm = attentionNorm;
        this.query = query;
        this.key = key;
        this.value = value;
        this.queryNorm = queryNorm;
        this.keyNorm = keyNorm;
        this.attentionOutput = attentionOutput;
        this.feedForwardNorm = feedForwardNorm;
        this.gate = gate;
        this.up = up;
        this.down = down;
        this.finalNorm = finalNorm;
        this.head = head;
    }
}
