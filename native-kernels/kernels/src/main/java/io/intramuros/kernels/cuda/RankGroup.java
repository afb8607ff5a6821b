package io.intramuros.kernels.cuda;

import io.intramuros.kernels.BrokenGpu;
import io.intramuros.kernels.DeviceFailedException;
import io.intramuros.kernels.PendingTokens;
import io.intramuros.kernels.SampledToken;
import io.intramuros.kernels.SamplingRow;
import io.intramuros.kernels.cuda.driver.CudaException;
import io.intramuros.kernels.cuda.driver.CudaLibraries;
import io.intramuros.kernels.cuda.driver.Gpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All ranks of a backend, working side by side. When one fails, the others are kept from waiting for it, and from then on
 * nothing is tried any more.
 */
final class RankGroup {
    private static final System.Logger LOG = System.getLogger(RankGroup.class.getName());

    private static final SampledToken[] NOTHING = {};

    private final List<Rank> ranks;
    private Workspace prepared;
    private CompletableFuture<SampledToken[]> running = CompletableFuture.completedFuture(NOTHING);
    private final Map<Gpu, BrokenGpu> brokenGpus;
    private DeviceFailedException failure;

    private RankGroup(List<Rank> ranks, Map<Gpu, BrokenGpu> brokenGpus) {
        this.ranks = ranks;
        this.brokenGpus = brokenGpus;
    }

    /**
     * Opens all GPUs, each on a thread of its own; or none, if one can't be opened.
     *
     * @throws DeviceFailedException if one of them is broken
     */
    static RankGroup open(List<Gpu> gpus) {
        Map<Gpu, BrokenGpu> broken = new ConcurrentHashMap<>();
        List<CompletableFuture<Rank>> opening = new ArrayList<>();
        for (int i = 0; i < gpus.size(); i++) {
            int index = i;
            Gpu gpu = gpus.get(i);
            GpuThread thread = new GpuThread("intramuros-gpu-" + gpu.ordinal());
            opening.add(thread.submit(() -> Rank.open(index, gpus.size(), thread, gpu))
                    .whenComplete((rank, fault) -> {
                        if (fault != null) {
                            note(gpu, fault, broken);
                            thread.end();
                        }
                    }));
        }
        // Waits for all of them, also after a fault: those that could be opened have to be closed again.
        CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
                .handle((nothing, fault) -> fault)
                .join();
        RankGroup group = new RankGroup(
                opening.stream()
                        .filter(rank -> !rank.isCompletedExceptionally())
                        .map(CompletableFuture::join)
                        .toList(),
                broken);
        try {
            opening.forEach(GpuThread::join);
            group.openBlas();
            group.connectPeers();
            return group;
        } catch (CudaException e) {
            group.close();
            throw broken.isEmpty() ? e : group.failed(e);
        } catch (RuntimeException | Error e) {
            group.close();
            throw e;
        }
    }

    private static void note(Gpu gpu, Throwable fault, Map<Gpu, BrokenGpu> broken) {
        if (fault instanceof CudaException cause && cause.breaksDevice()) {
            broken.putIfAbsent(gpu, new BrokenGpu(gpu.ordinal(), gpu.busId(), gpu.name(), cause.getMessage()));
        }
    }

    private void connectPeers() {
        if (ranks.size() == 1) {
            return;
        }
        String fault = whyPeersCannotShare();
        if (fault == null) {
            return;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "The engine''s GPUs {0}: what they share is copied through the host, which makes every step slower.",
                fault);
        Rendezvous rendezvous = new Rendezvous(ranks.size());
        onAll(rank -> {
            rank.meetAt(rendezvous);
            return null;
        });
    }

    /** Has all ranks use each other's memory; if that can't be, none does. Returns why, or {@code null} if they do. */
    private String whyPeersCannotShare() {
        if (!onAll(rank -> rank.canReach(ranks)).stream().allMatch(can -> can)) {
            return "don't reach each other's memory";
        }
        onAll(rank -> {
            rank.reach(ranks);
            return null;
        });
        List<PeerTrial> trials = onAll(Rank::leaveForOthers);
        boolean arrives = onAll(rank -> trials.get(rank.index()).succeeds(trials)).stream()
                .allMatch(does -> does);
        onAll(rank -> {
            trials.get(rank.index()).close();
            if (!arrives) {
                rank.leave(ranks);
            }
            return null;
        });
        return arrives
                ? null
                : "don't receive what they send each other, though the driver says that they do (an IOMMU that is on, or"
                        + " switches with access control, do so)";
    }

    /**
     * Has all ranks use cuBLAS for wide products, or none: it adds up in another order than our kernels, and what each rank
     * computes by itself of a weight that all have whole must be the same on all.
     */
    private void openBlas() {
        Optional<String> missing = CudaLibraries.loadBlas();
        if (missing.isPresent()) {
            LOG.log(System.Logger.Level.DEBUG, "Wide products run on our own kernels: {0}", missing.get());
            return;
        }
        List<String> faults =
                onAll(Rank::openBlas).stream().flatMap(Optional::stream).toList();
        if (!faults.isEmpty()) {
            onAll(rank -> {
                rank.closeBlas();
                return null;
            });
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Wide products run on our own kernels, as cuBLAS can''t be used on every GPU that shares them: {0}",
                    String.join("; ", faults));
        }
    }

    int size() {
        return ranks.size();
    }

    List<Rank> all() {
        return ranks;
    }

    /** Has a task in which no rank waits for another done by every rank on its thread; the results in their order. */
    <T> List<T> onAll(Function<Rank, T> task) {
        return results(ranks.stream().map(rank -> submit(rank, task)).toList());
    }

    private <T> CompletableFuture<T> submit(Rank rank, Function<Rank, T> task) {
        return rank.thread()
                .submit(() -> task.apply(rank))
                .whenComplete((result, fault) -> note(rank.gpu(), fault, brokenGpus));
    }

    /** Has a part of a step done: a rank that fails ends the others' waiting for it, and no step can follow. */
    private CompletableFuture<List<Rank>> inStep(Consumer<Rank> task) {
        List<CompletableFuture<Rank>> parts = ranks.stream()
                .map(rank -> submit(rank, r -> {
                            task.accept(r);
                            return r;
                        })
                        .whenComplete((result, fault) -> {
                            if (fault != null) {
                                abort();
                            }
                        }))
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .handle((nothing, fault) -> results(parts));
    }

    private static <T> List<T> results(List<CompletableFuture<T>> running) {
        List<T> results = new ArrayList<>();
        RuntimeException first = null;
        for (CompletableFuture<T> one : running) {
            try {
                results.add(GpuThread.join(one));
            } catch (RuntimeException e) {
                // Those that only waited for another say nothing about why.
                first = first == null || e instanceof CudaException ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
        return results;
    }

    /** Has a task done by one rank on its thread. */
    <T> T on(Rank rank, Function<Rank, T> task) {
        try {
            return GpuThread.join(submit(rank, task));
        } catch (CudaException e) {
            throw failed(e);
        }
    }

    /**
     * Begins a step. The ranks' threads carry it to its end; the caller's is free until it awaits the tokens.
     *
     * @return one token per logit row
     * @throws DeviceFailedException if a GPU failed before
     */
    PendingTokens run(
            Workspace need,
            StepProgram program,
            AttentionPlan plan,
            StepShape shape,
            boolean graph,
            SamplingRow[] rules) {
        if (failure != null) {
            throw failure;
        }
        if (!running.isDone()) {
            throw new IllegalStateException("the tokens of the last step have not been awaited");
        }
        try {
            prepare(need);
        } catch (CudaException e) {
            throw failed(e);
        }
        running = begin(program, plan, shape, graph, rules);
        return this::await;
    }

    private SampledToken[] await() {
        try {
            return GpuThread.join(running);
        } catch (CudaException e) {
            throw failed(e);
        } catch (RuntimeException e) {
            if (ranks.size() > 1) {
                // Some ranks may have done their part, and others been told to give up.
                failure = new DeviceFailedException(
                        "A step ended on some GPUs and not on others. " + e.getMessage(), e, brokenGpus.values());
                throw failure;
            }
            throw e;
        }
    }

    /** From now on nothing is tried any more, for this reason. */
    DeviceFailedException failed(CudaException cause) {
        failure = new DeviceFailedException("A GPU failed. " + cause.getMessage(), cause, brokenGpus.values());
        return failure;
    }

    /** Makes room for steps of such sizes, where there isn't. */
    void prepare(Workspace need) {
        if (need.equals(prepared)) {
            return;
        }
        onAll(rank -> {
            rank.prepare(need);
            return null;
        });
        if (ranks.size() > 1) {
            List<AllReduce> reduces = ranks.stream().map(Rank::allReduce).toList();
            onAll(rank -> {
                rank.allReduce().connect(rank.stream(), reduces);
                return null;
            });
        }
        prepared = need;
    }

    private CompletableFuture<SampledToken[]> begin(
            StepProgram program, AttentionPlan plan, StepShape shape, boolean graph, SamplingRow[] rules) {
        Sampling sampling = ranks.getFirst().sampling();
        StepProgram.Logits logits = program.logits();
        boolean atOnce = logits != null && shape.logitRows() <= sampling.rows();
        SampledToken[] tokens = new SampledToken[rules.length];
        // All capture before any begins: a driver may want memory for a graph, which is no time for another GPU to wait
        // for
        // this one in the midst of a sum.
        CompletableFuture<?> captured = graph && ranks.getFirst().captures(program, shape)
                ? inStep(rank -> rank.capture(program, plan, shape, sampling))
                : CompletableFuture.completedFuture(null);
        CompletableFuture<?> computed =
                captured.thenCompose(all -> compute(rank -> rank.queue(program, plan, shape, graph, rules, sampling)));
        if (atOnce) {
            return computed.thenCompose(all -> sample(0, rules.length, rules, tokens));
        }
        for (int first = 0; first < rules.length; first += sampling.rows()) {
            int from = first;
            int count = Math.min(sampling.rows(), rules.length - first);
            computed = computed.thenCompose(all -> compute(rank -> rank.queueLogits(logits, from, count, sampling)))
                    .thenCompose(all -> sample(from, count, rules, tokens));
        }
        return computed.thenCompose(all -> inStep(Rank::synchronize)).thenApply(all -> tokens);
    }

    /**
     * Has something queued by all ranks. With several, each waits until its own is done: so a rank whose GPU fails tells it,
     * and no GPU's queue has to wait for what another will never do.
     */
    private CompletableFuture<List<Rank>> compute(Consumer<Rank> queue) {
        return inStep(rank -> {
            queue.accept(rank);
            if (ranks.size() > 1) {
                rank.synchronize();
            }
        });
    }

    /** Takes tokens from some of the logits. */
    private CompletableFuture<SampledToken[]> sample(int first, int count, SamplingRow[] rules, SampledToken[] into) {
        boolean withTop = Arrays.stream(rules, first, first + count).anyMatch(rule -> rule.topLogprobs() > 0);
        return submit(ranks.getFirst(), sampler -> {
            sampler.sample(ranks, first, count, rules, withTop, into);
            return into;
        });
    }

    private void abort() {
        for (Rank rank : ranks) {
            if (rank.allReduce() != null) {
                rank.allReduce().abort();
            }
        }
    }

    /** Closes all GPUs, also after a fault; what one of them says then doesn't keep the others open. */
    void close() {
        // A step whose tokens nobody awaited any more still uses what is freed below.
        running.handle((tokens, fault) -> tokens).join();
        for (Rank rank : ranks) {
            try {
                GpuThread.join(rank.thread().submit(() -> {
                    rank.close();
                    return null;
                }));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "A GPU was not closed in good order", e);
            }
            rank.thread().close();
        }
    }
}
