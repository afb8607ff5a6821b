package io.intramuros.web;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.stream.JsonParser;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.NoSuchElementException;

/** Reads a request's JSON, never more of it than is allowed. */
public final class RequestBody {
    private RequestBody() {}

    /**
     * The JSON object a request carries.
     *
     * @param request a request whose body was not read yet
     * @param limitBytes the most that is taken into memory
     * @throws BadBodyException if it is too large, of another type, not UTF-8, not JSON, or not an object
     * @throws IOException if the connection breaks
     */
    public static JsonObject readObject(HttpServletRequest request, int limitBytes) throws IOException {
        requireJson(request.getContentType());
        if (request.getContentLengthLong() > limitBytes) {
            throw tooLarge(limitBytes);
        }
        byte[] bytes = request.getInputStream().readNBytes(limitBytes + 1);
        if (bytes.length > limitBytes) {
            throw tooLarge(limitBytes);
        }
        return parse(bytes);
    }

    static JsonObject parse(byte[] bytes) {
        String text = decode(bytes);
        try (JsonParser parser = Json.createParser(new StringReader(text))) {
            if (parser.next() != JsonParser.Event.START_OBJECT) {
                throw new BadBodyException(400, "The request body must be a JSON object.");
            }
            JsonObject object = parser.getObject();
            // Looks past the object's end, and throws if anything is there.
            parser.hasNext();
            return object;
        } catch (BadBodyException e) {
            throw e;
        } catch (NoSuchElementException e) {
            throw new BadBodyException(400, "The request body is empty; it must be a JSON object.", e);
        } catch (RuntimeException e) {
            // The parser has no class of its own for nesting that is too deep.
            throw new BadBodyException(400, "The request body is not valid JSON: " + e.getMessage(), e);
        }
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadBodyException(400, "The request body is not valid UTF-8.", e);
        }
    }

    private static void requireJson(String contentType) {
        String type =
                contentType == null ? "" : contentType.toLowerCase(Locale.ROOT).strip();
        int parameters = type.indexOf(';');
        if (!"application/json"
                .equals(parameters < 0 ? type : type.substring(0, parameters).strip())) {
            throw new BadBodyException(415, "Send the request as Content-Type: application/json.");
        }
    }

    private static BadBodyException tooLarge(int limitBytes) {
        return new BadBodyException(
                413, "The request body is larger than the " + limitBytes + " bytes this server accepts.");
    }
}
