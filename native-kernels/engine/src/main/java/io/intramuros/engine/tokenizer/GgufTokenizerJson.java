package io.intramuros.engine.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Writes the {@code tokenizer.json} that a GGUF file's vocabulary was made from. */
public final class GgufTokenizerJson {
    // GGUF's kinds of tokens.
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    private static final int MAX_PIECE = 512;

    private final GgufVocabulary vocabulary;
    private final Map<String, Integer> ids = new HashMap<>();

    private GgufTokenizerJson(GgufVocabulary vocabulary) throws TokenizerFormatException {
        this.vocabulary = vocabulary;
        if (vocabulary.types().length != vocabulary.tokens().length) {
            throw new TokenizerFormatException("tokenizer.ggml.token_type", "has another length than the tokens");
        }
        for (int id = 0; id < vocabulary.tokens().length; id++) {
            if (ids.put(vocabulary.tokens()[id], id) != null) {
                throw new TokenizerFormatException(
                        "tokenizer.ggml.tokens",
                        "the token " + id + ", " + vocabulary.tokens()[id] + ", appears twice");
            }
        }
    }

    /**
     * The file as text for the library.
     *
     * @throws TokenizerFormatException if this engine cannot make exactly the tokens the model was trained on
     */
    public static JsonObject write(GgufVocabulary vocabulary) throws TokenizerFormatException {
        GgufTokenizerJson writer = new GgufTokenizerJson(vocabulary);
        return switch (vocabulary.model()) {
            case "gpt2" -> writer.byteLevel();
            case "llama" -> writer.sentencePiece();
            default ->
                throw new TokenizerFormatException(
                        "tokenizer.ggml.model",
                        "is " + vocabulary.model()
                                + ("t5".equals(vocabulary.model()) ? " (SentencePiece Unigram)" : "")
                                + "; this engine knows byte-level BPE (gpt2) and SentencePiece BPE (llama). Give the model's"
                                + " Hugging Face directory instead, whose tokenizer.json has the tokenizer as it is");
        };
    }

    private JsonObject byteLevel() throws TokenizerFormatException {
        String name = vocabulary.pre().orElse("default");
        PreTokenizers.Rule rule = PreTokenizers.find(name)
                .orElseThrow(() -> new TokenizerFormatException(
                        "tokenizer.ggml.pre",
                        "is " + name + ", whose way of cutting text this engine does not know; known are "
                                + PreTokenizers.names().stream().sorted().toList()));
        JsonArray cutting = new JsonArray();
        for (String pattern : rule.patterns()) {
            cutting.add(object(
                    "type", "Split", "pattern", object("Regex", pattern), "behavior", "Isolated", "invert", false));
        }
        JsonObject bytes =
                object("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", false);
        cutting.add(bytes);
        JsonArray merges = new JsonArray();
        for (String merge : vocabulary.merges()) {
            merges.add(merge);
        }
        return tokenizer(
                rule.compose() ? object("type", "NFC") : JsonNull.INSTANCE,
                object("type", "Sequence", "pretokenizers", cutting),
                bytes.deepCopy(),
                object("ignore_merges", rule.wholeWords(), "byte_fallback", false, "merges", merges),
                rule.opening());
    }

    private JsonObject sentencePiece() throws TokenizerFormatException {
        if (vocabulary.scores().length != vocabulary.tokens().length) {
            throw new TokenizerFormatException("tokenizer.ggml.scores", "has another length than the tokens");
        }
        JsonArray normalizers = new JsonArray();
        if (vocabulary.addSpacePrefix().orElse(true)) {
            normalizers.add(object("type", "Prepend", "prepend", "▁"));
        }
        normalizers.add(object("type", "Replace", "pattern", object("String", " "), "content", "▁"));
        JsonArray decoders = new JsonArray();
        decoders.add(object("type", "Replace", "pattern", object("String", "▁"), "content", " "));
        decoders.add(object("type", "ByteFallback"));
        decoders.add(object("type", "Fuse"));
        if (vocabulary.addSpacePrefix().orElse(true)) {
            decoders.add(object("type", "Strip", "content", " ", "start", 1, "stop", 0));
        }
        JsonObject model =
                object("ignore_merges", false, "byte_fallback", true, "fuse_unk", true, "merges", mergesByScore());
        if (vocabulary.unknown().isPresent()) {
            model.addProperty("unk_token", token(vocabulary.unknown().getAsInt(), "tokenizer.ggml.unknown_token_id"));
        }
        return tokenizer(
                object("type", "Sequence", "normalizers", normalizers),
                JsonNull.INSTANCE,
                object("type", "Sequence", "decoders", decoders),
                model,
                true);
    }

    private record Merge(String left, String right, double score) {}

    /**
     * SentencePiece merges whichever two neighbours make the piece of highest score; as a list of merges in that order,
     * the way Hugging Face's converter writes it.
     */
    private JsonArray mergesByScore() {
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < vocabulary.tokens().length; id++) {
            String piece = vocabulary.tokens()[id];
            if (!mergeable(id) || piece.length() > MAX_PIECE) {
                continue;
            }
            List<Merge> ofPiece = new ArrayList<>();
            for (int cut = 1; cut < piece.length(); cut++) {
                String left = piece.substring(0, cut);
                String right = piece.substring(cut);
                if (mergeable(ids.get(left)) && mergeable(ids.get(right))) {
                    ofPiece.add(new Merge(left, right, vocabulary.scores()[id]));
                }
            }
            ofPiece.sort(Comparator.comparing((Merge merge) -> ids.get(merge.left()))
                    .thenComparing(merge -> ids.get(merge.right())));
            merges.addAll(ofPiece);
        }
        merges.sort(Comparator.comparingDouble(Merge::score).reversed());
        JsonArray written = new JsonArray();
        for (Merge merge : merges) {
            JsonArray pair = new JsonArray();
            pair.add(merge.left());
            pair.add(merge.right());
            written.add(pair);
        }
        return written;
    }

    /** Bytes, special and unused tokens are never the outcome of a merge. */
    private boolean mergeable(Integer id) {
        if (id == null) {
            return false;
        }
        long type = vocabulary.types()[id];
        return type != UNKNOWN && type != CONTROL && type != UNUSED && type != BYTE;
    }

    private JsonObject tokenizer(
            JsonElement normalizer,
            JsonElement preTokenizer,
            JsonObject decoder,
            JsonObject model,
            boolean opensByDefault)
            throws TokenizerFormatException {
        model.addProperty("type", "BPE");
        JsonObject vocab = new JsonObject();
        for (int id = 0; id < vocabulary.tokens().length; id++) {
            vocab.addProperty(vocabulary.tokens()[id], id);
        }
        model.add("vocab", vocab);
        JsonObject tokenizer = object("version", "1.0");
        tokenizer.add("added_tokens", addedTokens());
        tokenizer.add("normalizer", normalizer);
        tokenizer.add("pre_tokenizer", preTokenizer);
        tokenizer.add("post_processor", postProcessor(opensByDefault));
        tokenizer.add("decoder", decoder);
        tokenizer.add("model", model);
        return tokenizer;
    }

    private JsonArray addedTokens() {
        JsonArray added = new JsonArray();
        for (int id = 0; id < vocabulary.tokens().length; id++) {
            long type = vocabulary.types()[id];
            boolean special = type == CONTROL || type == UNKNOWN;
            if ((special || type == USER_DEFINED) && !vocabulary.tokens()[id].isEmpty()) {
                added.add(object(
                        "id", id,
                        "content", vocabulary.tokens()[id],
                        "single_word", false,
                        "lstrip", false,
                        "rstrip", false,
                        "normalized", false,
                        "special", special));
            }
        }
        return added;
    }

    private JsonElement postProcessor(boolean opensByDefault) throws TokenizerFormatException {
        boolean opens =
                vocabulary.addBos().orElse(opensByDefault) && vocabulary.bos().isPresent();
        boolean closes = vocabulary.addEos().orElse(false) && vocabulary.eos().isPresent();
        if (!opens && !closes) {
            return JsonNull.INSTANCE;
        }
        JsonArray single = new JsonArray();
        JsonObject special = new JsonObject();
        if (opens) {
            addSpecial(single, special, vocabulary.bos(), "tokenizer.ggml.bos_token_id");
        }
        single.add(object("Sequence", object("id", "A", "type_id", 0)));
        if (closes) {
            addSpecial(single, special, vocabulary.eos(), "tokenizer.ggml.eos_token_id");
        }
        JsonArray pair = single.deepCopy();
        pair.add(object("Sequence", object("id", "B", "type_id", 1)));
        return object("type", "TemplateProcessing", "single", single, "pair", pair, "special_tokens", special);
    }

    private void addSpecial(JsonArray sequence, JsonObject special, OptionalInt id, String key)
            throws TokenizerFormatException {
        String token = token(id.getAsInt(), key);
        sequence.add(object("SpecialToken", object("id", token, "type_id", 0)));
        JsonArray ids = new JsonArray();
        ids.add(id.getAsInt());
        JsonArray tokens = new JsonArray();
        tokens.add(token);
        special.add(token, object("id", token, "ids", ids, "tokens", tokens));
    }

    private String token(int id, String key) throws TokenizerFormatException {
        if (id < 0 || id >= vocabulary.tokens().length) {
            throw new TokenizerFormatException(key, "is " + id + ", there is no such token");
        }
        return vocabulary.tokens()[id];
    }

    /** Keys and values in turn; values are strings, numbers, booleans or JSON. */
    private static JsonObject object(Object... keysAndValues) {
        JsonObject object = new JsonObject();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.add(
                    (String) keysAndValues[i],
                    switch (keysAndValues[i + 1]) {
                        case String text -> new JsonPrimitive(text);
                        case Number number -> new JsonPrimitive(number);
                        case Boolean flag -> new JsonPrimitive(flag);
                        case JsonElement element -> element;
                        default -> throw new IllegalArgumentException("not a JSON value: " + keysAndValues[i + 1]);
                    });
        }
        return object;
    }
}
