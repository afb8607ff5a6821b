package io.intramuros.kernels.cuda.images;

import io.intramuros.kernels.cuda.driver.Gpu;
import io.intramuros.kernels.cuda.driver.GpuContext;

/** Makes of a file of kernels what one GPU loads. */
interface ImageMaker {
    /** Its name and version, for people and because other versions make other images. */
    String name();

    /** Whether it makes images for this kind of GPU. */
    boolean serves(Gpu gpu);

    /** What the image depends on: the file's parts that it reads, in an order that doesn't change. */
    String input(KernelFile file);

    /**
     * Makes the image.
     *
     * @throws RuntimeException if the file can't be compiled for the GPU
     */
    byte[] make(KernelFile file, GpuContext context);
}
