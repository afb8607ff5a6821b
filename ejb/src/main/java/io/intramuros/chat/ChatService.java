package io.intramuros.chat;

import io.intramuros.engine.GenerationListener;
import jakarta.annotation.Resource;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ContextService;
import jakarta.inject.Inject;
import java.util.List;

/** The one way in for a question, whatever its door. */
@Stateless
@RolesAllowed({"user", "app"})
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ChatService {
    @Resource
    private SessionContext session;

    @Resource
    private ContextService contexts;

    @Inject
    private QuestionDesk desk;

    /**
     * Asks. Returns once the record is committed and the question is queued; the listener hears the answer.
     *
     * @throws ChatException if the question is refused; nothing was computed then
     */
    public Answer ask(ChatRequest request, AnswerListener listener) {
        // Engines call back on threads of their own, which know nothing of this application.
        return desk.ask(
                session.getCallerPrincipal().getName(),
                request,
                listener,
                generation -> contexts.createContextualProxy(generation, GenerationListener.class));
    }

    /** The models that are ready, the house's default first. */
    public List<ModelDescription> models() {
        return desk.models();
    }
}
