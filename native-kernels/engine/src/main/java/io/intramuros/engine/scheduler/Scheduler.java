package io.intramuros.engine.scheduler;

import io.intramuros.engine.cache.KvCache;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Plans steps. Requests get their places in the order in which they came; whoever has a place gets on in every step
 * that has budget for it:
 *
 * <ul>
 *   <li>an answer being written gets its one token, always: the full budget is at least the number of places;
 *   <li>half of the rest belongs to the oldest prompt, so that no crowd of short prompts can starve a long one;
 *   <li>what is left goes to the shortest prompts first, so that no long prompt delays a short one.
 * </ul>
 *
 * <p>A place is given when the cache has blocks for all tokens of the sequence and one more for each that runs. Answers
 * grow, so blocks may run out all the same: then the youngest sequence loses its place and its blocks and goes back to
 * the head of the line, where it keeps its tokens and has them computed again later. The oldest sequence never loses its
 * place to another, and a cache holds at least one sequence of full length, so each gets to its end.
 *
 * <p>Who came first decides alone today; an order that is fair between users would change {@link #admitWaiting}, the
 * only place that reads the line. Used by the step loop alone.
 *
 * @param <S> what the owner schedules
 */
public final class Scheduler<S extends Sequence> {
    private final KvCache cache;
    private final int mostPlaces;
    private final int largestBudget;
    private int places;
    private int tokenBudget;
    private final Deque<S> waiting = new ArrayDeque<>();

    /** Oldest first. */
    private final List<S> running = new ArrayList<>();

    /**
     * @param cache holds at least one sequence of the longest length that will be added
     * @param places the most sequences in a step
     * @param tokenBudget the most tokens in a step, at least {@code places}
     */
    public Scheduler(KvCache cache, int places, int tokenBudget) {
        if (tokenBudget < places) {
            throw new IllegalArgumentException(
                    "a budget of " + tokenBudget + " tokens does not reach for " + places + " sequences");
        }
        this.cache = cache;
        mostPlaces = places;
        largestBudget = tokenBudget;
        full();
    }

    /** Plans as large as the scheduler was made for, from the next step on. */
    public void full() {
        places = mostPlaces;
        tokenBudget = largestBudget;
    }

    /** Plans half as large. Who has a place keeps it: there are fewer only as sequences end. */
    public void half() {
        places = Math.max(1, mostPlaces / 2);
        tokenBudget = Math.max(1, largestBudget / 2);
    }

    /** Gives no places but to sequences that had one before, in steps half as large. */
    public void drain() {
        half();
        places = 0;
    }

    /** Puts a sequence at the end of the line. */
    public void add(S sequence) {
        waiting.addLast(sequence);
    }

    /** Forgets a sequence, wherever it is, and frees its blocks. */
    public void remove(S sequence) {
        if (running.remove(sequence)) {
            cache.release(sequence.blocks());
        } else {
            waiting.remove(sequence);
        }
    }

    /** Sequences in line. */
    public int waiting() {
        return waiting.size();
    }

    /** Sequences with a place, oldest first. */
    public List<S> running() {
        return Collections.unmodifiableList(running);
    }

    /** All sequences, those with a place first. */
    public List<S> all() {
        List<S> all = new ArrayList<>(running);
        all.addAll(waiting);
        return all;
    }

    /** Whether there is nothing to plan. */
    public boolean idle() {
        return running.isEmpty() && waiting.isEmpty();
    }

    /**
     * What the next step computes; empty only when idle, or when it drains and no sequence has a place. Blocks for it are
     * in the tables.
     */
    public List<Chunk<S>> plan() {
        makeRoomForRunning();
        admitWaiting();
        return shareBudget();
    }

    /** Notes that a planned chunk has been computed. To be called before a token is appended to its sequence. */
    public void computed(Chunk<S> chunk) {
        S sequence = chunk.sequence();
        sequence.advance(chunk.count());
        cache.computed(sequence.blocks(), sequence.tokens(), sequence.computed());
    }

    private void makeRoomForRunning() {
        for (int i = 0; i < running.size(); i++) {
            S sequence = running.get(i);
            // The last one to lose its place may be the sequence itself: the index is past the end then.
            while (i < running.size() && !cache.extend(sequence.blocks(), sequence.length())) {
                sendBack(running.removeLast());
            }
        }
    }

    private void sendBack(S youngest) {
        cache.release(youngest.blocks());
        youngest.restart();
        waiting.addFirst(youngest);
    }

    private void admitWaiting() {
        while (!waiting.isEmpty()) {
            S first = waiting.getFirst();
            // Who lost its place to others was begun, and is answered to its end whatever the pace.
            if (running.size() >= (first.started() ? mostPlaces : places)) {
                return;
            }
            int found = cache.open(first.blocks(), first.tokens(), first.length(), running.size());
            if (found < 0) {
                return;
            }
            first.start(found);
            running.add(waiting.removeFirst());
        }
    }

    private List<Chunk<S>> shareBudget() {
        List<S> prompts = new ArrayList<>();
        int budget = tokenBudget;
        for (S sequence : running) {
            boolean answering = sequence.pending() == 1;
            sequence.plan(answering ? 1 : 0);
            if (answering) {
                budget--;
            } else {
                prompts.add(sequence);
            }
        }
        // At half size, more answers than the budget has tokens may still be running.
        budget = Math.max(0, budget);
        if (!prompts.isEmpty()) {
            budget -= grant(prompts.getFirst(), Math.ceilDiv(budget, 2));
            prompts.sort(Comparator.comparingInt(sequence -> sequence.pending() - sequence.planned()));
            for (S sequence : prompts) {
                budget -= grant(sequence, budget);
            }
        }
        return chunks();
    }

    /** Gives a sequence what it still needs of that many tokens; returns how many it took. */
    private int grant(S sequence, int most) {
        int taken = Math.min(most, sequence.pending() - sequence.planned());
        sequence.plan(sequence.planned() + taken);
        return taken;
    }

    private List<Chunk<S>> chunks() {
        List<Chunk<S>> chunks = new ArrayList<>(running.size());
        for (S sequence : running) {
            if (sequence.planned() > 0) {
                chunks.add(new Chunk<>(sequence, sequence.planned(), sequence.planned() == sequence.pending()));
            }
        }
        return chunks;
    }
}
