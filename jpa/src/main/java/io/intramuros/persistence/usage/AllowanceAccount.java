package io.intramuros.persistence.usage;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.LocalDate;

/** What one person or program used of one month. */
@Entity
@Table(name = "allowance_account")
@IdClass(AllowanceAccount.Key.class)
public class AllowanceAccount {
    /**
     * Whose and which month's.
     *
     * @param userName the user
     * @param monthStart the first day of the month, UTC
     */
    public record Key(String userName, LocalDate monthStart) implements Serializable {}

    @Id
    @Column(name = "user_name")
    private String userName;

    @Id
    @Column(name = "month_start")
    private LocalDate monthStart;

    @Column(name = "used_tokens")
    private long usedTokens;

    @Column(name = "reserved_tokens")
    private long reservedTokens;

    protected AllowanceAccount() {}

    public String userName() {
        return userName;
    }

    public LocalDate monthStart() {
        return monthStart;
    }

    /** Settled. */
    public long usedTokens() {
        return usedTokens;
    }

    /** Held for requests that are running. */
    public long reservedTokens() {
        return reservedTokens;
    }
}
