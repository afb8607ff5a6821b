package io.intramuros.chat;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import java.util.List;

/** The one way in for a question, whatever its door. */
@Stateless
@RolesAllowed({"user", "app"})
public class ChatService {
    /**
     * Asks. Returns once the record is committed and the question is queued; the listener hears the answer.
     *
     * @throws ChatException if the question is refused; nothing was computed then
     */
    public Answer ask(ChatRequest request, AnswerListener listener) {
        throw new ChatException(ChatException.Kind.UNKNOWN_MODEL, "No model is configured.");
    }

    /** The models that are ready, the house's default first. */
    public List<ModelDescription> models() {
        return List.of();
    }
}
