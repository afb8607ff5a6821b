package io.intramuros.persistence.conversation;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** What is known of an answer beside its text. */
@Embeddable
public class AnswerMetadata {
    @Column(name = "request_id")
    private String requestId;

    private String model;

    @Column(name = "model_precision")
    private String precision;

    @Column(name = "prompt_tokens")
    private Integer promptTokens;

    @Column(name = "completion_tokens")
    private Integer completionTokens;

    private String outcome;

    protected AnswerMetadata() {}

    /**
     * @param requestId its request in the usage audit
     * @param model the model's name
     * @param precision what its weights are stored in
     * @param promptTokens tokens of the prompt
     * @param completionTokens tokens of the answer
     * @param outcome why it ended
     */
    public AnswerMetadata(
            String requestId, String model, String precision, int promptTokens, int completionTokens, String outcome) {
        this.requestId = requestId;
        this.model = model;
        this.precision = precision;
        this.promptTokens = promptTokens;
        this.completionTokens = completionTokens;
        this.outcome = outcome;
    }

    public String requestId() {
        return requestId;
    }

    public String model() {
        return model;
    }

    public String precision() {
        return precision;
    }

    public int promptTokens() {
        return promptTokens;
    }

    public int completionTokens() {
        return completionTokens;
    }

    public String outcome() {
        return outcome;
    }
}
