package io.intramuros.engine.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A tokenizer of Hugging Face's tokenizers library. Encoding is the library's; decoding is done here byte by byte, so
 * that an answer can be given out as soon as its characters are whole.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
    private static final byte[] NOTHING = new byte[0];

    private final TokenizersLibrary library;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Vocabulary vocabulary;
    private final boolean[] special;
    private final TextGuard guard;
    private final Set<Integer> endTokens;
    private long handle;

    private HuggingFaceTokenizer(
            TokenizersLibrary library, long handle, Vocabulary vocabulary, Set<Integer> endTokens) {
        this.library = library;
        this.handle = handle;
        this.vocabulary = vocabulary;
        this.endTokens = Set.copyOf(endTokens);
        this.special = new boolean[vocabulary.tokens().length];
        vocabulary.added().forEach(token -> special[token.id()] = token.special());
        this.guard = new TextGuard(vocabulary.added().stream()
                .filter(AddedToken::guarded)
                .map(AddedToken::content)
                .toList());
    }

    /**
     * Makes a tokenizer.
     *
     * @param tokenizer the content of a {@code tokenizer.json}; not changed
     * @param endTokens tokens that end an answer
     * @throws TokenizerFormatException if the description is damaged or not supported
     * @throws IllegalStateException if the library cannot be loaded on this machine
     */
    public static HuggingFaceTokenizer of(JsonObject tokenizer, Set<Integer> endTokens)
            throws TokenizerFormatException {
        Vocabulary vocabulary = Vocabulary.read(tokenizer);
        for (int id : endTokens) {
            if (id < 0 || id >= vocabulary.tokens().length) {
                throw new TokenizerFormatException(null, "there is no token " + id + ", named as an end token");
            }
        }
        TokenizersLibrary library = NativeTokenizers.library();
        long handle;
        try {
            handle = library.createTokenizerFromString(prepared(tokenizer).toString());
        } catch (RuntimeException e) {
            throw new TokenizerFormatException(null, "the tokenizers library refuses it: " + e.getMessage());
        }
        HuggingFaceTokenizer made = new HuggingFaceTokenizer(library, handle, vocabulary, endTokens);
        try {
            made.checkGuard();
            return made;
        } catch (TokenizerFormatException e) {
            made.close();
            throw e;
        }
    }

    /**
     * The description as this engine gives it to the library: nothing is truncated or padded, the guard's marks are
     * taken out before anything else, and added tokens are found in the text as it is rather than after normalising,
     * so that no normaliser can turn typed text into one.
     */
    private static JsonObject prepared(JsonObject tokenizer) {
        JsonObject prepared = new JsonObject();
        tokenizer.asMap().forEach(prepared::add);
        prepared.add("truncation", JsonNull.INSTANCE);
        prepared.add("padding", JsonNull.INSTANCE);

        JsonObject mark = new JsonObject();
        mark.addProperty("String", String.valueOf(TextGuard.MARK));
        JsonObject removal = new JsonObject();
        removal.addProperty("type", "Replace");
        removal.add("pattern", mark);
        removal.addProperty("content", "");
        JsonArray normalizers = new JsonArray();
        normalizers.add(removal);
        if (tokenizer.get("normalizer") instanceof JsonObject own) {
            normalizers.add(own);
        }
        JsonObject normalizer = new JsonObject();
        normalizer.addProperty("type", "Sequence");
        normalizer.add("normalizers", normalizers);
        prepared.add("normalizer", normalizer);

        JsonArray added = new JsonArray();
        if (tokenizer.get("added_tokens") instanceof JsonArray tokens) {
            for (JsonElement token : tokens) {
                JsonObject raw = token.getAsJsonObject().deepCopy();
                raw.addProperty("normalized", false);
                added.add(raw);
            }
        }
        prepared.add("added_tokens", added);
        return prepared;
    }

    /** A special token that plain text can still become would let people forge turns of a conversation. */
    private void checkGuard() throws TokenizerFormatException {
        for (AddedToken token : vocabulary.added()) {
            if (token.special()
                    && Arrays.stream(encode(plain(token.content()), false)).anyMatch(id -> id == token.id())) {
                throw new TokenizerFormatException(
                        "added_tokens",
                        "the special token " + token.content() + " is also reached by ordinary text, so that people"
                                + " could forge it");
            }
        }
    }

    @Override
    public int[] encode(String text, boolean addSpecialTokens) {
        lock.readLock().lock();
        try {
            checkOpen();
            long encoding = library.encode(handle, wellFormed(text), addSpecialTokens);
            try {
                return Arrays.stream(library.getTokenIds(encoding))
                        .mapToInt(Math::toIntExact)
                        .toArray();
            } finally {
                library.deleteEncoding(encoding);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public String plain(String typed) {
        return guard.guard(typed);
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder();
        IncrementalDetokenizer detokenizer = detokenizer();
        for (int id : ids) {
            text.append(detokenizer.append(id));
        }
        return text.append(detokenizer.finish()).toString();
    }

    @Override
    public String token(int id) {
        String token = vocabulary.tokens()[id];
        return token == null ? "" : token;
    }

    @Override
    public Set<Integer> endTokens() {
        return endTokens;
    }

    @Override
    public int vocabularySize() {
        return vocabulary.tokens().length;
    }

    @Override
    public IncrementalDetokenizer detokenizer() {
        return new Utf8Detokenizer(this::bytes, vocabulary.dropSpace());
    }

    /** The bytes of text that a token stands for; none for a special one, and for rows of padding in the model. */
    private byte[] bytes(int id) {
        if (id >= special.length || special[id] || vocabulary.tokens()[id] == null) {
            return NOTHING;
        }
        return vocabulary.text().bytes(vocabulary.tokens()[id]);
    }

    /** Unpaired surrogates are not text; the library would not take them. */
    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints()
                        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '\uFFFD' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }

    private void checkOpen() {
        if (handle == 0) {
            throw new IllegalStateException("the tokenizer is closed");
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                library.deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
