package io.intramuros.engine.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.engine.cache.KvCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private static final int BLOCK = 4;

    private final KvCache cache = new KvCache(100, BLOCK);

    @Test
    void aLongPromptIsComputedInChunksOfTheBudget() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 4, 10);
        Draft draft = add(scheduler, 25, 1);

        assertEquals(List.of(10, 10, 5), chunksUntilFirstToken(scheduler, draft));
    }

    @Test
    void noStepExceedsTheBudget() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 5, 7);
        for (int length : new int[] {3, 30, 1, 12, 8, 2}) {
            add(scheduler, length, 4);
        }
        while (!scheduler.idle()) {
            List<Chunk<Draft>> plan = scheduler.plan();
            assertTrue(plan.stream().mapToInt(Chunk::count).sum() <= 7);
            perform(scheduler, plan);
        }
    }

    @Test
    void everyRunningAnswerGetsItsTokenBesideALongPrompt() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 4, 8);
        Draft one = add(scheduler, 2, 50);
        Draft two = add(scheduler, 2, 50);
        perform(scheduler, scheduler.plan());
        add(scheduler, 40, 1);

        List<Chunk<Draft>> plan = scheduler.plan();

        assertEquals(1, planned(plan, one));
        assertEquals(1, planned(plan, two));
        assertEquals(8, plan.stream().mapToInt(Chunk::count).sum());
    }

    @Test
    void aShortPromptIsNotDelayedByALongOneBeforeIt() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 4, 16);
        Draft longOne = add(scheduler, 100, 1);
        Draft shortOne = add(scheduler, 5, 1);

        List<Chunk<Draft>> plan = scheduler.plan();

        assertEquals(5, planned(plan, shortOne));
        assertEquals(11, planned(plan, longOne));
    }

    @Test
    void aCrowdOfShortPromptsDoesNotStarveALongOne() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 8, 16);
        Draft longOne = add(scheduler, 80, 1);
        int steps = 0;
        while (!longOne.done() && steps < 100) {
            while (scheduler.waiting() < 8) {
                add(scheduler, 8, 1);
            }
            perform(scheduler, scheduler.plan());
            steps++;
        }
        assertEquals(10, steps);
    }

    @Test
    void placesAreGivenInOrderOfArrival() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 2, 16);
        Draft first = add(scheduler, 3, 1);
        Draft second = add(scheduler, 3, 1);
        Draft third = add(scheduler, 3, 1);

        scheduler.plan();

        assertEquals(List.of(first, second), scheduler.running());
        assertEquals(1, scheduler.waiting());
        scheduler.remove(first);
        scheduler.plan();
        assertEquals(List.of(second, third), scheduler.running());
    }

    @Test
    void theYoungestGivesWayWhenBlocksRunOutAndLosesNoToken() {
        KvCache small = new KvCache(4, BLOCK);
        Scheduler<Draft> scheduler = new Scheduler<>(small, 2, 16);
        Draft old = add(scheduler, 4, 12);
        Draft young = add(scheduler, 4, 4);
        int lengthWhenSentBack = 0;
        boolean sentBack = false;
        while (!scheduler.idle()) {
            List<Chunk<Draft>> plan = scheduler.plan();
            if (!sentBack && !old.done() && planned(plan, young) == 0) {
                sentBack = true;
                lengthWhenSentBack = young.length();
                assertEquals(0, young.blocks().count());
            }
            perform(scheduler, plan);
        }
        assertTrue(sentBack);
        assertTrue(lengthWhenSentBack > 4);
        assertTrue(old.done() && young.done());
        assertEquals(List.of(12, 4), List.of(old.drawn(), young.drawn()));
        assertEquals(0, small.usedBlocks());
    }

    @Test
    void aRequestIsAdmittedOnlyWhenItsPromptFits() {
        KvCache small = new KvCache(6, BLOCK);
        Scheduler<Draft> scheduler = new Scheduler<>(small, 4, 32);
        Draft first = add(scheduler, 16, 2);
        Draft second = add(scheduler, 12, 2);

        perform(scheduler, scheduler.plan());
        assertEquals(List.of(first), scheduler.running());
        perform(scheduler, scheduler.plan());
        assertTrue(first.done());
        scheduler.plan();
        assertEquals(List.of(second), scheduler.running());
    }

    @Test
    void removingASequenceFreesItsBlocksWhereverItIs() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 1, 16);
        Draft running = add(scheduler, 20, 5);
        Draft waiting = add(scheduler, 20, 5);
        scheduler.plan();
        assertEquals(5, cache.usedBlocks());

        scheduler.remove(waiting);
        scheduler.remove(running);

        assertEquals(0, cache.usedBlocks());
        assertTrue(scheduler.idle());
        cache.checkIntegrity(List.of());
    }

    @Test
    void aSharedBeginningIsComputedOnce() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 4, 64);
        Draft first = add(scheduler, 20, 1);
        perform(scheduler, scheduler.plan());
        assertTrue(first.done());
        Draft second = add(scheduler, 22, 1);

        List<Chunk<Draft>> plan = scheduler.plan();

        assertEquals(20, second.reused());
        assertEquals(2, planned(plan, second));
    }

    @Test
    void everythingGetsDoneWhateverComesAndGoes() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int blocks = 12 + random.nextInt(20);
            int longest = blocks * BLOCK;
            KvCache tight = new KvCache(blocks, BLOCK);
            int places = 1 + random.nextInt(6);
            Scheduler<Draft> scheduler = new Scheduler<>(tight, places, places + random.nextInt(20));
            List<Draft> all = new ArrayList<>();
            for (int step = 0; step < 5_000 && (step < 60 || !scheduler.idle()); step++) {
                if (step < 60 && random.nextInt(3) == 0) {
                    int prompt = 1 + random.nextInt(longest - 1);
                    all.add(add(scheduler, prompt, 1 + random.nextInt(longest - prompt)));
                }
                if (random.nextInt(40) == 0 && !scheduler.idle()) {
                    Draft cancelled =
                            scheduler.all().get(random.nextInt(scheduler.all().size()));
                    cancelled.cancelled = true;
                    scheduler.remove(cancelled);
                }
                perform(scheduler, scheduler.plan());
                tight.checkIntegrity(scheduler.all().stream().map(Draft::blocks).toList());
            }
            assertTrue(all.stream().allMatch(draft -> draft.done() || draft.cancelled), "seed " + seed);
            assertEquals(0, tight.usedBlocks());
        }
    }

    @Test
    void aPlanIsEmptyOnlyWhenThereIsNothingToDo() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 2, 8);
        assertTrue(scheduler.idle());
        assertTrue(scheduler.plan().isEmpty());
        add(scheduler, 3, 1);
        assertFalse(scheduler.idle());
        assertFalse(scheduler.plan().isEmpty());
    }

    @Test
    void atHalfSizeStepsAreHalfAsLargeAndPlacesAreGivenAgainOnlyBelowTheHalf() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 4, 8);
        List<Draft> running = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            running.add(add(scheduler, 1, 10));
        }
        perform(scheduler, scheduler.plan());
        add(scheduler, 20, 1);
        scheduler.half();

        assertEquals(4, scheduler.plan().size());
        running.subList(0, 2).forEach(scheduler::remove);
        assertEquals(2, scheduler.plan().size());
        scheduler.remove(running.get(2));
        List<Chunk<Draft>> plan = scheduler.plan();
        assertEquals(2, plan.size());
        assertEquals(4, plan.stream().mapToInt(Chunk::count).sum());

        scheduler.full();
        assertEquals(8, scheduler.plan().stream().mapToInt(Chunk::count).sum());
    }

    @Test
    void answersGoOnAtHalfSizeAlsoIfTheyAreMoreThanItsTokens() {
        Scheduler<Draft> scheduler = new Scheduler<>(cache, 5, 5);
        Draft prompt = add(scheduler, 4, 1);
        for (int i = 0; i < 4; i++) {
            add(scheduler, 1, 10);
        }
        perform(scheduler, scheduler.plan());
        scheduler.half();

        List<Chunk<Draft>> plan = scheduler.plan();

        assertEquals(0, planned(plan, prompt));
        assertTrue(plan.stream().allMatch(chunk -> chunk.count() == 1));
        assertFalse(plan.isEmpty());
    }

    @Test
    void whoeverDrainsEndsWhatItBeganAndBeginsNothing() {
        KvCache small = new KvCache(4, BLOCK);
        Scheduler<Draft> scheduler = new Scheduler<>(small, 2, 16);
        Draft first = add(scheduler, 4, 12);
        Draft second = add(scheduler, 4, 12);
        perform(scheduler, scheduler.plan());
        Draft late = add(scheduler, 2, 1);
        scheduler.drain();
        boolean sentBack = false;
        for (int step = 0; step < 100; step++) {
            perform(scheduler, scheduler.plan());
            sentBack |= scheduler.waiting() > 1;
        }
        assertTrue(sentBack);
        assertTrue(first.done() && second.done());
        assertTrue(scheduler.plan().isEmpty());
        assertEquals(1, scheduler.waiting());

        scheduler.full();
        perform(scheduler, scheduler.plan());
        assertTrue(late.done());
    }

    /** A sequence that draws a fixed number of tokens. */
    private static final class Draft extends Sequence {
        private final int wanted;
        private boolean cancelled;

        Draft(int promptTokens, int wanted) {
            super(IntStream.range(0, promptTokens).toArray());
            this.wanted = wanted;
        }

        boolean done() {
            return drawn() == wanted;
        }

        void draw() {
            append(1000 + drawn());
        }
    }

    private static Draft add(Scheduler<Draft> scheduler, int promptTokens, int wanted) {
        Draft draft = new Draft(promptTokens, wanted);
        scheduler.add(draft);
        return draft;
    }

    private static void perform(Scheduler<Draft> scheduler, List<Chunk<Draft>> plan) {
        for (Chunk<Draft> chunk : plan) {
            scheduler.computed(chunk);
            if (chunk.last()) {
                chunk.sequence().draw();
                if (chunk.sequence().done()) {
                    scheduler.remove(chunk.sequence());
                }
            }
        }
    }

    private static int planned(List<Chunk<Draft>> plan, Draft draft) {
        return plan.stream()
                .filter(chunk -> chunk.sequence().equals(draft))
                .mapToInt(Chunk::count)
                .sum();
    }

    private static List<Integer> chunksUntilFirstToken(Scheduler<Draft> scheduler, Draft draft) {
        List<Integer> chunks = new ArrayList<>();
        while (draft.drawn() == 0) {
            List<Chunk<Draft>> plan = scheduler.plan();
            chunks.add(planned(plan, draft));
            perform(scheduler, plan);
        }
        return chunks;
    }
}
