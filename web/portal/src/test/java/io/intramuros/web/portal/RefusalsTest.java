package io.intramuros.web.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.intramuros.chat.ChatException;
import io.intramuros.chat.ChatException.Kind;
import io.intramuros.chat.NoSuchConversationException;
import io.intramuros.server.DatabaseUnavailableException;
import jakarta.ejb.EJBException;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    @Test
    void aSpentAllowanceIsToldFromAFullQueueByItsKind() {
        assertEquals(new Refusals.Refusal(429, "ALLOWANCE_SPENT"), of(new ChatException(Kind.ALLOWANCE_SPENT, "")));
        assertEquals(new Refusals.Refusal(429, "QUEUE_FULL"), of(new ChatException(Kind.QUEUE_FULL, "")));
    }

    @Test
    void anotherPersonsConversationDoesNotExist() {
        assertEquals(new Refusals.Refusal(404, "NO_CONVERSATION"), of(new NoSuchConversationException()));
    }

    @Test
    void aDatabaseThatIsAwayIsNoFaultOfOurs() {
        var fault = new EJBException(new DatabaseUnavailableException(new IllegalStateException("refused")));
        assertEquals(new Refusals.Refusal(503, "RECORD_UNAVAILABLE"), of(fault));
    }

    @Test
    void whatNobodyForesawIsInternal() {
        assertEquals(new Refusals.Refusal(500, "INTERNAL"), of(new IllegalStateException("x")));
    }

    private static Refusals.Refusal of(Throwable thrown) {
        return Refusals.of(thrown);
    }
}
