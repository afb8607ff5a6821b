package io.intramuros.engine.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this engine itself reads from a {@code tokenizer.json}: how tokens are spelled, and which are special.
 *
 * @param tokens spelling by id; {@code null} where there is no token
 * @param added the added tokens
 * @param text how the spelling stands for bytes
 * @param dropSpace whether decoding takes away one space at the very beginning
 */
record Vocabulary(String[] tokens, List<AddedToken> added, TokenText text, boolean dropSpace) {
    /** More tokens than any real vocabulary has. */
    private static final int MAX_TOKENS = 1 << 21;

    /** @throws TokenizerFormatException if the description is damaged or not a byte-pair encoding of a known kind */
    static Vocabulary read(JsonObject tokenizer) throws TokenizerFormatException {
        JsonObject model = object(tokenizer, "model");
        String type = model.has("type") ? string(model, "type") : "BPE";
        if (!type.equals("BPE")) {
            throw new TokenizerFormatException("model.type", "is " + type + "; BPE is supported");
        }
        List<AddedToken> added = readAdded(tokenizer);
        Map<String, JsonElement> vocabulary = object(model, "vocab").asMap();
        int size = 0;
        for (JsonElement id : vocabulary.values()) {
            size = Math.max(size, 1 + id(id, "model.vocab"));
        }
        for (AddedToken token : added) {
            size = Math.max(size, 1 + token.id());
        }
        String[] tokens = new String[size];
        for (var entry : vocabulary.entrySet()) {
            int id = entry.getValue().getAsInt();
            if (tokens[id] != null) {
                throw new TokenizerFormatException("model.vocab", "two tokens have the id " + id);
            }
            tokens[id] = entry.getKey();
        }
        for (AddedToken token : added) {
            tokens[token.id()] = token.content();
        }
        Set<String> decoders = new HashSet<>();
        collectDecoders(tokenizer.get("decoder"), decoders);
        return new Vocabulary(tokens, added, text(decoders), decoders.contains("Strip"));
    }

    private static List<AddedToken> readAdded(JsonObject tokenizer) throws TokenizerFormatException {
        List<AddedToken> added = new ArrayList<>();
        if (!tokenizer.has("added_tokens")) {
            return added;
        }
        Set<Integer> ids = new HashSet<>();
        if (!tokenizer.get("added_tokens").isJsonArray()) {
            throw new TokenizerFormatException("added_tokens", "is not an array");
        }
        for (JsonElement element : tokenizer.getAsJsonArray("added_tokens")) {
            if (!(element instanceof JsonObject token) || !token.has("id") || !token.has("content")) {
                throw new TokenizerFormatException("added_tokens", "an entry lacks id or content");
            }
            String content = string(token, "content");
            int id = id(token.get("id"), "added_tokens");
            if (content.isEmpty() || !ids.add(id)) {
                throw new TokenizerFormatException("added_tokens", "the token " + id + " is empty or appears twice");
            }
            boolean special = token.has("special") && token.get("special").getAsBoolean();
            added.add(new AddedToken(id, content, special));
        }
        return added;
    }

    private static void collectDecoders(JsonElement decoder, Set<String> types) throws TokenizerFormatException {
        if (!(decoder instanceof JsonObject object)) {
            return;
        }
        types.add(string(object, "type"));
        if (object.has("decoders") && object.get("decoders").isJsonArray()) {
            for (JsonElement part : object.getAsJsonArray("decoders")) {
                collectDecoders(part, types);
            }
        }
    }

    private static TokenText text(Set<String> decoders) throws TokenizerFormatException {
        if (decoders.equals(Set.of("ByteLevel")) || decoders.equals(Set.of("Sequence", "ByteLevel"))) {
            return TokenText.BYTE_LEVEL;
        }
        if (Set.of("Sequence", "Replace", "ByteFallback", "Fuse", "Strip").containsAll(decoders)
                && decoders.contains("ByteFallback")) {
            return TokenText.SENTENCE_PIECE;
        }
        throw new TokenizerFormatException(
                "decoder", "is made of " + decoders + "; ByteLevel and SentencePiece's with bytes are supported");
    }

    private static int id(JsonElement element, String part) throws TokenizerFormatException {
        try {
            double id = element.getAsDouble();
            if (id >= 0 && id < MAX_TOKENS && id == Math.rint(id)) {
                return (int) id;
            }
        } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException _) {
            // falls through to the one message
        }
        throw new TokenizerFormatException(part, "a token's id is " + element + ", not from 0 to " + (MAX_TOKENS - 1));
    }

    private static JsonObject object(JsonObject parent, String key) throws TokenizerFormatException {
        if (parent.get(key) instanceof JsonObject object) {
            return object;
        }
        throw new TokenizerFormatException(key, "is missing or not an object");
    }

    private static String string(JsonObject parent, String key) throws TokenizerFormatException {
        JsonElement value = parent.get(key);
        if (value == null || !value.isJsonPrimitive()) {
            throw new TokenizerFormatException(key, "is missing or not a string");
        }
        return value.getAsString();
    }
}
