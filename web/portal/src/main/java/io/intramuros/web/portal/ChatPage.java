package io.intramuros.web.portal;

import io.intramuros.chat.ChatService;
import io.intramuros.chat.Conversation;
import io.intramuros.chat.Conversation.AnswerFacts;
import io.intramuros.chat.Conversation.Message;
import io.intramuros.chat.ConversationService;
import io.intramuros.chat.ConversationSummary;
import io.intramuros.chat.ModelDescription;
import io.intramuros.chat.NoSuchConversationException;
import io.intramuros.chat.Turn;
import jakarta.ejb.EJB;
import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** The chat page: the reader's conversations, the open one, and the models there are. */
@Named("chat")
@RequestScoped
public class ChatPage {
    @EJB
    private ConversationService conversations;

    @EJB
    private ChatService chat;

    @Inject
    private HttpServletRequest request;

    private String conversationId;
    private Conversation open;
    private List<ConversationSummary> all;
    private List<ModelDescription> models;

    public String getConversationId() {
        return conversationId;
    }

    /** Which conversation the address names. */
    public void setConversationId(String conversationId) {
        this.conversationId = conversationId;
    }

    /** Opens it before the page is built, so that one that isn't the reader's is answered as not found. */
    public void load() throws IOException {
        FacesContext faces = FacesContext.getCurrentInstance();
        if (!request.isUserInRole("user")) {
            // An auditor who may not chat has come for the audit.
            faces.getExternalContext().redirect(request.getContextPath() + "/audit");
            return;
        }
        if (conversationId == null || conversationId.isBlank()) {
            return;
        }
        try {
            open = conversations.open(Ids.parse(conversationId));
        } catch (NoSuchConversationException _) {
            faces.getExternalContext().responseSendError(HttpServletResponse.SC_NOT_FOUND, "");
            faces.responseComplete();
        }
    }

    /** The reader's conversations, the latest first. */
    public List<ConversationSummary> getConversations() {
        if (all == null) {
            all = conversations.list();
        }
        return all;
    }

    /** The messages of the open conversation. */
    public List<Message> getMessages() {
        return open == null ? List.of() : open.messages();
    }

    /** Its title, empty for a new one. */
    public String getTitle() {
        return open == null ? "" : open.summary().title();
    }

    /** The models that are ready, the default first. */
    public List<ModelDescription> getModels() {
        if (models == null) {
            models = chat.models();
        }
        return models;
    }

    /** Whether a message is the reader's own. */
    public boolean isQuestion(Message message) {
        return message.turn().role() == Turn.Role.USER;
    }

    /** The line under an answer. */
    public String facts(Message message) {
        AnswerFacts facts = message.facts();
        return facts == null
                ? ""
                : AnswerFactsText.of(
                        Texts.of(request),
                        nameOf(facts.model()),
                        facts.precision(),
                        facts.promptTokens(),
                        facts.completionTokens(),
                        facts.outcome());
    }

    /** A model that is still here is called as it is now; of one that is gone only its identifier is left. */
    private String nameOf(String modelId) {
        return getModels().stream()
                .filter(model -> model.id().equals(modelId))
                .map(ModelDescription::displayName)
                .findFirst()
                .orElse(modelId);
    }

    /** What the page says of a model: its name, in which precision it runs, and whether that is less than published. */
    public String about(ModelDescription model) {
        Texts texts = Texts.of(request);
        return texts.get(model.quantised() ? "model.quantised" : "model.full", model.displayName(), model.precision());
    }
}
